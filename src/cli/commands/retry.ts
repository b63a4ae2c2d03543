import { CLIENT_OPTIONS, createClient } from '../client.ts';
import type { Command } from '../command.ts';

export const retry: Command = {
  name: 'retry',
  summary: 'try an ended job once more',
  usage: 'retry ID',
  options: CLIENT_OPTIONS,
  takes: [1, 1],
  run: async (input) => {
    const [id = ''] = input.positionals;
    await (await createClient(input)).json('POST', `/api/v1/job/${encodeURIComponent(id)}/retry`);
    input.io.out(`${id} is queued again\n`);
    return 0;
  },
};

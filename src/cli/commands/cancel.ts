import { CLIENT_OPTIONS, createClient } from '../client.ts';
import type { Command } from '../command.ts';

export const cancel: Command = {
  name: 'cancel',
  summary: 'stop a job, waiting or running',
  usage: 'cancel ID',
  options: CLIENT_OPTIONS,
  takes: [1, 1],
  run: async (input) => {
    const [id = ''] = input.positionals;
    await (await createClient(input)).json('POST', `/api/v1/job/${encodeURIComponent(id)}/cancel`);
    input.io.out(`${id} is told to stop\n`);
    return 0;
  },
};

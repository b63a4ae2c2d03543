import { CLIENT_OPTIONS, createClient } from '../client.ts';
import type { Command } from '../command.ts';
import { followJob } from '../follow-job.ts';

export const logs: Command = {
  name: 'logs',
  summary: 'the output of a job’s build and run',
  usage: 'logs ID [--follow]',
  options: { follow: { type: 'boolean', what: 'go on until the job ends' }, ...CLIENT_OPTIONS },
  takes: [1, 1],
  run: async (input) => {
    const client = await createClient(input);
    const [id = ''] = input.positionals;
    if (input.flags.has('follow')) return followJob(client, id, { ...input.io, isLive: false });
    const response = await client.stream(`/api/v1/job/${encodeURIComponent(id)}/logs`);
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) input.io.out(chunk);
    return 0;
  },
};

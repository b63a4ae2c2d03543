import { CLIENT_OPTIONS, createClient } from '../client.ts';
import type { Command } from '../command.ts';
import { describeJob } from '../describe-job.ts';
import { followJob } from '../follow-job.ts';
import { parseJobView } from '../job-view.ts';

export const status: Command = {
  name: 'status',
  summary: 'what became of a submitted job',
  usage: 'status ID [--follow] [--report]',
  options: {
    follow: { type: 'boolean', what: 'watch it until it ends; the exit status is then the verdict' },
    report: { type: 'boolean', what: 'print the whole report as JSON' },
    json: { type: 'boolean', what: 'print the job as JSON' },
    ...CLIENT_OPTIONS,
  },
  takes: [1, 1],
  run: async (input) => {
    const { positionals, flags, io } = input;
    const client = await createClient(input);
    const path = `/api/v1/job/${encodeURIComponent(positionals[0] ?? '')}`;
    if (flags.has('follow')) return followJob(client, positionals[0] ?? '', io);
    const answer = await client.json('GET', flags.has('report') ? `${path}/report` : path);
    io.out(
      flags.has('report') || flags.has('json')
        ? `${JSON.stringify(answer, null, 2)}\n`
        : describeJob(parseJobView(answer), io.paint),
    );
    return 0;
  },
};

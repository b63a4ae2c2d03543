import { printable } from '../../core/printable.ts';
import { CLIENT_OPTIONS, createClient } from '../client.ts';
import type { Command } from '../command.ts';
import { parseJobView } from '../job-view.ts';

export const list: Command = {
  name: 'list',
  summary: 'the jobs of a service, newest first',
  usage: 'list [--status STATUS] [--limit N]',
  options: {
    status: {
      type: 'string',
      value: 'STATUS',
      what: 'only init, processing, success, failed, error or canceled',
    },
    limit: { type: 'string', value: 'N', what: 'how many (default: 20)' },
    json: { type: 'boolean', what: 'as JSON' },
    ...CLIENT_OPTIONS,
  },
  takes: [0, 0],
  run: async (input) => {
    const { flags, io } = input;
    const client = await createClient(input);
    const query = new URLSearchParams({ order: 'newest', limit: flags.text('limit') ?? '20' });
    const status = flags.text('status');
    if (status !== undefined) query.set('status', status);
    const answer = await client.json('GET', `/api/v1/jobs?${query}`);
    if (flags.has('json')) io.out(`${JSON.stringify(answer, null, 2)}\n`);
    else {
      const rows = (Array.isArray(answer) ? answer : [])
        .map(parseJobView)
        .map(
          (job) =>
            `${job.id}  ${job.status.padEnd(10)}  ${String(job.performance ?? '–').padStart(8)}  ${String(job.hardening ?? '–').padStart(3)}  ${printable(job.name)}`,
        );
      io.out(
        `${[io.paint.bold(`${'id'.padEnd(36)}  ${'status'.padEnd(10)}  ${'perf'.padStart(8)}  hardening/name`), ...rows].join('\n')}\n`,
      );
    }
    return 0;
  },
};

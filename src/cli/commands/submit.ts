import { DrydockError } from '../../core/errors.ts';
import { DEFAULT_INTAKE_LIMITS } from '../../core/limits.ts';
import { CLIENT_OPTIONS, type Client, createClient } from '../client.ts';
import type { Command } from '../command.ts';
import { followJob } from '../follow-job.ts';
import { readSubmission } from '../submission.ts';

export const submit: Command = {
  name: 'submit',
  summary: 'send a Dockerfile, or a folder that holds one, to a running service; prints the job’s id',
  usage: 'submit PATH [--name NAME] [--description TEXT] [--follow]',
  options: {
    name: { type: 'string', value: 'NAME', what: 'what to call the job (default: from the path)' },
    description: { type: 'string', value: 'TEXT', what: 'what it is, at most 100 characters' },
    follow: { type: 'boolean', what: 'watch it until it ends; the exit status is then the verdict' },
    ...CLIENT_OPTIONS,
  },
  takes: [1, 1],
  run: async (input) => {
    const { positionals, flags, io } = input;
    const submission = await readSubmission(positionals[0] ?? '.', io, DEFAULT_INTAKE_LIMITS);
    const client = await createClient(input);
    const id = await post(client, {
      name: flags.text('name') ?? submission.name,
      description: flags.text('description') ?? '',
      ...submission.payload,
    });
    io.out(`${id}\n`);
    return flags.has('follow') ? followJob(client, id, io) : 0;
  },
};

async function post(client: Client, body: object): Promise<string> {
  const answer = await client.json('POST', '/api/v1/job', body);
  const id: unknown = typeof answer === 'object' && answer !== null ? Reflect.get(answer, 'id') : undefined;
  if (typeof id !== 'string')
    throw new DrydockError(
      'service-unreachable',
      `A job’s id was expected from ${client.url}, got something else. Is it Drydock that answers there?`,
    );
  return id;
}

import { readConfig } from '../../app/config.ts';
import { startService } from '../../app/service.ts';
import { DrydockError } from '../../core/errors.ts';
import type { Command, CommandInput } from '../command.ts';

const ROLES = ['all', 'api', 'worker'] as const;

export const serve: Command = {
  name: 'serve',
  summary: 'the service: API, worker and database in one process; --role splits them on PostgreSQL',
  usage: 'serve [--role all|api|worker] [--host HOST] [--port PORT] [--policy FILE]',
  options: {
    role: { type: 'string', value: 'ROLE', what: 'all (default), api or worker' },
    host: {
      type: 'string',
      value: 'HOST',
      what: 'the address to listen on (default: DRYDOCK_HOST, else 127.0.0.1)',
    },
    port: {
      type: 'string',
      value: 'PORT',
      what: 'the port (default: DRYDOCK_PORT, else 5000; 0 takes a free one)',
    },
    policy: {
      type: 'string',
      short: 'p',
      value: 'FILE',
      what: 'the policy that decides (default: DRYDOCK_POLICY, else drydock policy show)',
    },
  },
  takes: [0, 0],
  run: async (input) => {
    const { flags, io } = input;
    const named = {
      DRYDOCK_HOST: flags.text('host'),
      DRYDOCK_PORT: flags.text('port'),
      DRYDOCK_POLICY: flags.text('policy'),
    };
    const given = Object.fromEntries(Object.entries(named).filter(([, value]) => value !== undefined));
    const config = readConfig({ ...io.env, ...given });
    await using service = await startService(config, roleOf(input), (line) => io.err(line));
    for (const line of service.greeting) io.err(`${line}\n`);
    await new Promise<void>((resolve) => {
      if (io.signal.aborted) resolve();
      io.signal.addEventListener('abort', () => resolve(), { once: true });
    });
    return 0;
  },
};

function roleOf({ flags }: CommandInput): (typeof ROLES)[number] {
  const text = flags.text('role') ?? 'all';
  const role = ROLES.find((known) => known === text);
  if (role === undefined)
    throw new DrydockError(
      'usage-invalid',
      `--role ${ROLES.join('|')} was expected, got ${JSON.stringify(text)}.`,
    );
  return role;
}

import { readConfig } from '../../app/config.ts';
import { openStoreFor } from '../../app/store.ts';
import { DrydockError } from '../../core/errors.ts';
import type { TokenStore } from '../../core/ports.ts';
import { printable } from '../../core/printable.ts';
import type { Command, CommandInput } from '../command.ts';

export const token: Command = {
  name: 'token',
  summary: 'make, list and revoke tokens of the API',
  usage: 'token create NAME [--role submitter|admin] [--days N] | token list | token revoke ID',
  options: {
    role: {
      type: 'string',
      value: 'ROLE',
      what: 'submitter (default) sees and sends jobs; admin may do everything',
    },
    days: { type: 'string', value: 'N', what: 'how long it is good for (default: 90; 0 is for ever)' },
  },
  takes: [1, 2],
  run: async (input) => {
    const [action, argument] = input.positionals;
    await using store = await openStoreFor(readConfig(input.io.env));
    if (action === 'create' && argument !== undefined) await create(store.tokens, argument, input);
    else if (action === 'list' && argument === undefined) await list(store.tokens, input);
    else if (action === 'revoke' && argument !== undefined) {
      if (!(await store.tokens.revoke(argument)))
        throw new DrydockError(
          'not-found',
          `A token with the id ${argument} was expected, there is none. drydock token list shows them.`,
        );
      input.io.out(`${argument} is revoked\n`);
    } else
      throw new DrydockError(
        'usage-invalid',
        `create NAME, list or revoke ID was expected. Usage: drydock ${token.usage}`,
      );
    return 0;
  },
};

async function create(tokens: TokenStore, name: string, { flags, io }: CommandInput): Promise<void> {
  const role = flags.text('role') ?? 'submitter';
  if (role !== 'submitter' && role !== 'admin')
    throw new DrydockError(
      'usage-invalid',
      `--role submitter|admin was expected, got ${JSON.stringify(role)}.`,
    );
  const days = Number(flags.text('days') ?? '90');
  if (!Number.isInteger(days) || days < 0 || days > 3650)
    throw new DrydockError('usage-invalid', '--days 0 to 3650 was expected.');
  const expiresAt = days === 0 ? null : new Date(Date.now() + days * 86_400_000).toISOString();
  const made = await tokens.create({ name, role, expiresAt });
  io.err(`Token ${made.id}, shown this once:\n`);
  io.out(`${made.token}\n`);
}

async function list(tokens: TokenStore, { io }: CommandInput): Promise<void> {
  for (const { id, name, role, expiresAt, lastUsedAt, isRevoked } of await tokens.list()) {
    const state = isRevoked ? 'revoked' : expiresAt === null ? 'for ever' : `until ${expiresAt.slice(0, 10)}`;
    io.out(
      `${id}  ${role.padEnd(9)}  ${state.padEnd(16)}  ${lastUsedAt === null ? 'never used' : `used ${lastUsedAt.slice(0, 10)}`}  ${printable(name)}\n`,
    );
  }
}

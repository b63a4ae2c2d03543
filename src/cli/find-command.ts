import { DrydockError } from '../core/errors.ts';
import type { CommandEntry, Commands } from './command.ts';

/** The command of that name. Throws `usage-invalid` with what it might have been. */
export function findCommand(commands: Commands, name: string): CommandEntry {
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry !== undefined) return entry;
  const near = Object.keys(commands).filter((known) => known.startsWith(name.slice(0, 2)));
  const hint = near.length === 0 ? '' : ` Did you mean ${near.join(' or ')}?`;
  throw new DrydockError(
    'usage-invalid',
    `A command was expected, got ${JSON.stringify(name.slice(0, 60))}.${hint} drydock help lists them.`,
  );
}

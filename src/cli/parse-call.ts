import { parseArgs } from 'node:util';
import { DrydockError } from '../core/errors.ts';
import type { Command, Flags } from './command.ts';

/** The flags and positionals of a call of `command`. Throws `usage-invalid` with the command's usage. */
export function parseCall(
  command: Command,
  args: readonly string[],
): { readonly flags: Flags; readonly positionals: readonly string[] } {
  const parsed = tryParse(command, args);
  const [min, max] = command.takes;
  const count = parsed.positionals.length;
  if (count < min || count > max) {
    const expected =
      max === 0
        ? 'no argument'
        : min === max
          ? `${min} argument${min === 1 ? '' : 's'}`
          : `${min} to ${max === Infinity ? 'many' : max} arguments`;
    throw new DrydockError(
      'usage-invalid',
      `${expected} was expected, got ${count}. Usage: drydock ${command.usage}`,
    );
  }
  const value = (name: string): unknown => parsed.values[name];
  return {
    positionals: parsed.positionals,
    flags: {
      has: (name) => value(name) === true,
      text: (name) => {
        const it = value(name);
        return typeof it === 'string' ? it : undefined;
      },
      list: (name) => {
        const it = value(name);
        return Array.isArray(it)
          ? it.flatMap((text) => String(text).split(',')).filter((text) => text !== '')
          : [];
      },
    },
  };
}

function tryParse(
  command: Command,
  args: readonly string[],
): { readonly values: Readonly<Record<string, unknown>>; readonly positionals: readonly string[] } {
  try {
    const options = Object.fromEntries(
      Object.entries(command.options).map(([name, { what: _what, value: _value, ...option }]) => [
        name,
        option,
      ]),
    );
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    const said = error instanceof Error ? error.message.split('. ')[0] : String(error);
    throw new DrydockError(
      'usage-invalid',
      `${said}. Usage: drydock ${command.usage} (drydock help ${command.name})`,
      { cause: error },
    );
  }
}

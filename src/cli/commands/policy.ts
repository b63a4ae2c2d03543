import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { DrydockError } from '../../core/errors.ts';
import { formatPolicy, loadPolicy } from '../../policy/load.ts';
import { type Policy, PRESETS } from '../../policy/policy.ts';
import { POLICY_SCHEMA } from '../../policy/policy-shape.ts';
import type { Command, CommandInput } from '../command.ts';

export const policy: Command = {
  name: 'policy',
  summary: 'show a policy with every default filled in, check one, or print the schema',
  usage: 'policy show [FILE] | policy check FILE | policy schema',
  options: {
    preset: {
      type: 'string',
      value: 'NAME',
      what: `which built-in one to show: ${Object.keys(PRESETS).join(', ')} (default: default)`,
    },
  },
  takes: [1, 2],
  run: async (input) => {
    const [action, file] = input.positionals;
    const { io } = input;
    if (action === 'show') io.out(formatPolicy(file === undefined ? preset(input) : await read(file, input)));
    else if (action === 'check' && file !== undefined)
      io.out(`${file} is a valid policy named ${(await read(file, input)).name}\n`);
    else if (action === 'schema') io.out(`${JSON.stringify(POLICY_SCHEMA, null, 2)}\n`);
    else
      throw new DrydockError(
        'usage-invalid',
        `show, check FILE or schema was expected, got ${JSON.stringify(input.positionals.join(' '))}. Usage: drydock ${policy.usage}`,
      );
    return 0;
  },
};

function preset({ flags }: CommandInput): Policy {
  const name = flags.text('preset') ?? 'default';
  const found = Object.entries<Policy>(PRESETS).find(([known]) => known === name)?.[1];
  if (found === undefined)
    throw new DrydockError(
      'usage-invalid',
      `--preset ${Object.keys(PRESETS).join('|')} was expected, got ${JSON.stringify(name)}.`,
    );
  return found;
}

async function read(file: string, { io }: CommandInput): Promise<Policy> {
  const text = await readFile(resolve(io.cwd, file), 'utf8').catch((error: unknown) => {
    throw new DrydockError('file-unreadable', `A policy was expected at ${file}, it can't be read.`, {
      cause: error,
    });
  });
  return loadPolicy(text);
}

import type { BaseCatalogue } from '../../app/base-catalogue.ts';
import { openBaseCatalogue } from '../../app/base-catalogue.ts';
import { readConfig } from '../../app/config.ts';
import { createEngine } from '../../app/engine.ts';
import { systemClock } from '../../core/clock.ts';
import { DrydockError } from '../../core/errors.ts';
import { printable } from '../../core/printable.ts';
import type { Command, CommandInput } from '../command.ts';

export const base: Command = {
  name: 'base',
  summary: 'the base images that FROM may name: where each comes from, its digest and its age',
  usage:
    'base list | base build NAME | base pull REFERENCE | base allow REFERENCE [--substitute NAME] | base remove NAME',
  options: {
    substitute: {
      type: 'string',
      value: 'NAME',
      what: 'with allow: the base of the catalogue that is used instead, each time with a line in the report',
    },
    suite: {
      type: 'string',
      value: 'CODENAME',
      what: 'with build: the Debian release, for a name that is not among the known ones',
    },
    include: { type: 'string', multiple: true, value: 'PACKAGE,…', what: 'with build: packages on top' },
    json: { type: 'boolean', what: 'with list: as JSON' },
  },
  takes: [1, 2],
  run: async (input) => {
    const [action = '', name] = input.positionals;
    const config = readConfig(input.io.env);
    const catalogue = await openBaseCatalogue({
      config,
      store: (await createEngine(config)).bases,
      clock: systemClock,
    });
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (action === 'list' && name === undefined) await list(catalogue, input);
    else if (act !== undefined && name !== undefined) input.io.out(`${await act(catalogue, name, input)}\n`);
    else throw wrongUse(input);
    return 0;
  },
};

type Action = (catalogue: BaseCatalogue, name: string, input: CommandInput) => Promise<string>;

/** What is done with one name; each answers with the line to print. */
const ACTIONS: Readonly<Record<string, Action>> = {
  build: async (catalogue, name, { flags, io }) => {
    const suite = flags.text('suite');
    const include = flags.list('include');
    const onLine = (line: string): void => io.err(`${io.errPaint.dim(printable(line))}\n`);
    const recipe = {
      ...(suite === undefined ? {} : { suite }),
      ...(include.length === 0 ? {} : { include }),
    };
    const { image, isUnchanged } = await catalogue.build({ name, onLine, signal: io.signal, ...recipe });
    return `${image.name}  ${image.digest}  ${isUnchanged ? 'unchanged' : 'built'}`;
  },
  pull: async (catalogue, name) => {
    const image = await catalogue.pull(name);
    return `${image.name}  ${image.digest}  pulled`;
  },
  allow: async (catalogue, name, { flags }) => {
    const substitute = flags.text('substitute');
    const entry = await catalogue.allow(name, substitute === undefined ? {} : { substitute });
    return `${entry.name} is allowed`;
  },
  remove: async (catalogue, name) => {
    if (await catalogue.remove(name)) return `${name} is removed`;
    throw new DrydockError(
      'not-found',
      `A base image named ${name} was expected in the catalogue, there is none. drydock base list shows them.`,
    );
  },
};

async function list(catalogue: BaseCatalogue, { flags, io }: CommandInput): Promise<void> {
  const rows = await catalogue.list();
  if (flags.has('json')) {
    io.out(`${JSON.stringify(rows, null, 2)}\n`);
    return;
  }
  for (const { name, origin, image, ageDays } of rows) {
    const state =
      image === null
        ? io.paint.dim('not here yet')
        : `${image.digest.slice(0, 19)}  ${ageDays ?? 0} days  ${Math.round(image.sizeBytes / 2 ** 20)} MiB`;
    io.out(`${io.paint.bold(printable(name))}\n    ${printable(origin)}  ${state}\n`);
  }
}

function wrongUse({ positionals }: CommandInput): DrydockError {
  return new DrydockError(
    'usage-invalid',
    `list, or build, pull, allow or remove and a name was expected, got ${JSON.stringify(positionals.join(' '))}. Usage: drydock ${base.usage}`,
  );
}

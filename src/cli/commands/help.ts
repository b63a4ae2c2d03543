import type { Command, Commands, Io } from '../command.ts';
import { findCommand } from '../find-command.ts';

export const help: Command = {
  name: 'help',
  summary: 'this list, or how to use one command',
  usage: 'help [COMMAND]',
  options: {},
  takes: [0, 1],
  run: async ({ positionals: [name], io, commands }) => {
    io.out(
      name === undefined
        ? overview(commands, io)
        : describeCommand(await findCommand(commands, name).load(), io),
    );
    return 0;
  },
};

/** The list of commands. */
function overview(commands: Commands, { paint }: Io): string {
  const rows = Object.entries(commands).map(
    ([name, { summary }]) => `  ${paint.bold(name.padEnd(9))} ${summary}`,
  );
  return [
    'Drydock: give it a Dockerfile that you do not trust. It audits, builds in isolation, lists, scans, decides,',
    'runs it where it can hurt nobody, and answers with a verdict and a number.',
    '',
    `${paint.bold('drydock COMMAND')}`,
    '',
    ...rows,
    '',
    'drydock help COMMAND tells more. Exit status: 0 passed, 1 findings or a failed verdict, 2 wrong use or unusable',
    'input, 4 a component is missing or unreachable, 70 a fault of Drydock’s own.',
    '',
  ].join('\n');
}

/** How to use one command. */
function describeCommand(command: Command, { paint }: Io): string {
  const rows = Object.entries(command.options).map(([name, option]) => {
    const left = `${option.short === undefined ? '    ' : `-${option.short}, `}--${name}${option.value === undefined ? '' : ` ${option.value}`}`;
    return `  ${left.padEnd(28)} ${option.what}`;
  });
  return [
    `${paint.bold(`drydock ${command.usage}`)}`,
    '',
    `  ${command.summary}`,
    ...(rows.length === 0 ? [] : ['', ...rows]),
    '',
  ].join('\n');
}

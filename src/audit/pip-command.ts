import type { ShellCommand, ShellWord } from '../dockerfile/shell/model.ts';
import { commandName } from './command-words.ts';

/** The words behind pip, for `pip`, `pip3`, `pip3.12` and `python -m pip`; null when the command is not pip. */
export function pipWords(command: ShellCommand): readonly ShellWord[] | null {
  const name = commandName(command);
  if (/^pip[\d.]*$/.test(name)) return command.args;
  if (!/^(?:python|pypy)[\d.]*$/.test(name)) return null;
  const module = command.args.findIndex(({ value }) => value === '-m');
  const isPip =
    module >= 0 &&
    command.args[module + 1]?.value === 'pip' &&
    command.args.slice(0, module).every(({ value }) => value.startsWith('-'));
  return isPip ? command.args.slice(module + 2) : null;
}

import type { ShellCommand, ShellWord } from '../dockerfile/shell/model.ts';

/**
 * The words of a command that are neither flags nor values of flags. `valueFlags` are the names, without dashes, of the
 * flags that take the next word, e.g. `t` and `target-release`. Behind `--` every word counts.
 */
export function operandsWithout(
  { args }: Pick<ShellCommand, 'args'>,
  valueFlags: ReadonlySet<string>,
): readonly ShellWord[] {
  const operands: ShellWord[] = [];
  for (let at = 0; at < args.length; at += 1) {
    const word = args[at];
    if (word === undefined) break;
    if (word.value === '--') return [...operands, ...args.slice(at + 1)];
    if (!/^-./.test(word.value)) operands.push(word);
    else if (takesNext(word.value, valueFlags)) at += 1;
  }
  return operands;
}

function takesNext(flag: string, valueFlags: ReadonlySet<string>): boolean {
  if (flag.includes('=')) return false;
  const name = flag.replace(/^--?/, '');
  if (flag.startsWith('--') || valueFlags.has(name)) return valueFlags.has(name);
  const isAttached = valueFlags.has(name.slice(0, 1));
  return !isAttached && valueFlags.has(name.slice(-1)) && name.length <= 4;
}

/** The operands behind a subcommand, e.g. behind `install` or `i`; empty when another one stands first. */
export function operandsOfSubcommand(
  command: Pick<ShellCommand, 'args'>,
  subcommands: readonly string[],
  valueFlags: ReadonlySet<string>,
): readonly ShellWord[] {
  const [first, ...rest] = operandsWithout(command, valueFlags);
  return first !== undefined && subcommands.includes(first.value) ? rest : [];
}

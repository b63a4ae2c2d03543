import type { ShellCommand, ShellWord } from '../dockerfile/shell/model.ts';

/** The command's name without its folder, e.g. `apt-get` for `/usr/bin/apt-get`; empty when there is none. */
export function commandName({ name }: ShellCommand): string {
  return name === null ? '' : name.value.slice(name.value.lastIndexOf('/') + 1);
}

/** Whether the command is one of these programs. */
export function isProgram(command: ShellCommand, ...names: readonly string[]): boolean {
  return names.includes(commandName(command));
}

/** The words that are no flags. A flag's own value counts as a word, as nobody can tell without knowing the program. */
export function operandsOf({ args }: ShellCommand): readonly ShellWord[] {
  return args.filter(({ value }) => !value.startsWith('-'));
}

/** Whether a flag is set: `y` in `-y` and `-qy` (also `-y=1`), `yes` in `--yes` and `--yes=…`. */
export function hasFlag({ args }: ShellCommand, ...flags: readonly string[]): boolean {
  return args.some(({ value }) => flags.some((flag) => isFlag(value, flag)));
}

/** How often a short flag is set, clusters included: `-qq` is two. */
export function countFlag({ args }: ShellCommand, flag: string): number {
  return args.reduce((count, { value }) => count + (clusterOf(value)?.split(flag).length ?? 1) - 1, 0);
}

/** The value of `--flag=value` or `--flag value` (or `-f value`); undefined when the flag is missing. */
export function flagValue({ args }: ShellCommand, ...flags: readonly string[]): string | undefined {
  for (const [index, { value }] of args.entries())
    for (const flag of flags) {
      const dashed = flag.length === 1 ? `-${flag}` : `--${flag}`;
      if (value === dashed) return args[index + 1]?.value ?? '';
      if (value.startsWith(`${dashed}=`)) return value.slice(dashed.length + 1);
    }
  return undefined;
}

/** Whether `words` follow the name in this order, flags left out: `apt-get -y install x` has `install`. */
export function hasSubcommand(command: ShellCommand, ...words: readonly string[]): boolean {
  const operands = operandsOf(command);
  return words.every((word, index) => operands[index]?.value === word);
}

function isFlag(word: string, flag: string): boolean {
  if (flag.length > 1) return word === `--${flag}` || word.startsWith(`--${flag}=`);
  return clusterOf(word)?.includes(flag) ?? false;
}

/** The letters of `-abc`, without a value behind `=`. */
function clusterOf(word: string): string | undefined {
  if (!word.startsWith('-') || word.startsWith('--')) return undefined;
  const equals = word.indexOf('=');
  return word.slice(1, equals < 0 ? undefined : equals);
}

import { expandVariables } from '../dockerfile/expand.ts';
import type { ShellCommand, ShellWord } from '../dockerfile/shell/model.ts';
import type { DockerfileSubject, RunCommand } from './dockerfile-subject.ts';
import type { Problem } from './rule.ts';

/** How one package manager names what it installs. */
export interface PackageForm {
  /** The words that name packages; empty when the command installs none. */
  readonly packagesOf: (command: ShellCommand) => readonly ShellWord[];
  /** Whether the text says which version is meant, or means a file and not a package. */
  readonly isPinned: (text: string) => boolean;
}

const SHOWN = 3;
/** Of one word with its variables put in; the rest is not looked at, or each use of a long variable would cost its length. */
const MAX_EXPANDED = 2_000;

/**
 * One problem for each command that installs packages without a version. Variables count with the value they have in the
 * Dockerfile; a word that is nothing but an unknown variable is left alone, as nobody can say what it holds.
 */
export function* findUnpinned(
  subject: DockerfileSubject,
  { packagesOf, isPinned }: PackageForm,
): Generator<Problem> {
  const read = createWordReader(subject);
  for (const found of subject.commands) {
    const loose = packagesOf(found.command).flatMap((word) =>
      read(word, found)
        .filter((text) => !isPinned(text))
        .map((text) => ({ text, word })),
    );
    const [first] = loose;
    if (first === undefined) continue;
    const names = loose.slice(0, SHOWN).map(({ text }) => text.slice(0, 60));
    const more = loose.length > SHOWN ? ` and ${loose.length - SHOWN} more` : '';
    yield { span: first.word.span, message: `No version is given for ${names.join(', ')}${more}.` };
  }
}

/** Gives the texts that a word stands for; none when that is not known. */
function createWordReader({ scopes, instructions, commands }: DockerfileSubject) {
  const declared = new Set(instructions('arg').flatMap(({ pairs }) => pairs.map(({ key }) => key)));
  for (const { command } of commands) for (const { name } of command.assignments) declared.add(name);

  return ({ text, value, hasExpansion, isQuoted }: ShellWord, { run }: RunCommand): readonly string[] => {
    if (!hasExpansion) return [value];
    if (/\$\(|`/.test(text)) return [];
    const expanded = expandVariables(text, scopes.lookupAt(run));
    const known = expanded.text.slice(0, MAX_EXPANDED);
    if (expanded.unresolved.length > 0) return /^["']?\$/.test(text) ? [] : [settle(known)];
    return isQuoted ? [known] : known.split(/\s+/).filter((part) => part !== '');
  };

  /** What is declared holds something, so it may be a version; what is declared nowhere holds nothing. */
  function settle(text: string): string {
    return text.replace(/\$(?:\{(\w+)[^}]*\}|(\w+))/g, (_, braced: string | undefined, plain: string) =>
      declared.has(braced ?? plain) ? '1' : '',
    );
  }
}

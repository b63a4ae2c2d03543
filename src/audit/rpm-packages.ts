import type { ShellCommand, ShellWord } from '../dockerfile/shell/model.ts';
import { operandsWithout } from './command-operands.ts';
import { isProgram } from './command-words.ts';
import type { PackageForm } from './unpinned-packages.ts';

const VALUE_FLAGS: ReadonlySet<string> = new Set([
  'c',
  'config',
  'd',
  'debuglevel',
  'disablerepo',
  'enablerepo',
  'exclude',
  'forcearch',
  'installroot',
  'releasever',
  'repo',
  'repoid',
  'setopt',
  'x',
]);
const INSTALL: ReadonlySet<string> = new Set(['install', 'in', 'localinstall']);

/** The subcommand of yum, dnf or microdnf, without flags, e.g. `module install`; empty when there is none. */
export function rpmSubcommand(command: Pick<ShellCommand, 'args'>): string {
  const [first, second] = operandsWithout(command, VALUE_FLAGS);
  if (first === undefined) return '';
  return first.value === 'module' || first.value === 'group'
    ? `${first.value} ${second?.value ?? ''}`
    : first.value;
}

/** The word of the subcommand itself. */
export function rpmSubcommandWord(command: Pick<ShellCommand, 'args'>): ShellWord | null {
  return operandsWithout(command, VALUE_FLAGS)[0] ?? null;
}

/** What `install` and `module install` of these programs are given. Groups have no version. */
export function rpmPackages(...programs: readonly string[]): PackageForm {
  return {
    packagesOf: (command) => {
      if (!isProgram(command, ...programs)) return [];
      const [first, second, ...rest] = operandsWithout(command, VALUE_FLAGS);
      if (first !== undefined && INSTALL.has(first.value))
        return second === undefined ? [] : [second, ...rest].filter(({ value }) => !value.startsWith('@'));
      return first?.value === 'module' && second?.value === 'install' ? rest : [];
    },
    isPinned: (text) => /-(?:\d+:)?\d|\w:\w|\.rpm$|^[./~]|:\/\/|[<>=]/.test(text),
  };
}

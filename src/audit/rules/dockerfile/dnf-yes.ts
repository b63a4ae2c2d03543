import { hasFlag, isProgram } from '../../command-words.ts';
import { rpmSubcommand, rpmSubcommandWord } from '../../rpm-packages.ts';
import { defineDockerfileRule } from '../../rule.ts';
import { findUnanswered } from '../../unanswered-commands.ts';

const ASKS: ReadonlySet<string> = new Set([
  'install',
  'in',
  'groupinstall',
  'localinstall',
  'reinstall',
  'module install',
  'group install',
]);

export const dnfYes = defineDockerfileRule({
  id: 'DL3038',
  name: 'dnf-yes',
  severity: 'warning',
  what: '`dnf install` asks for confirmation, which nobody gives.',
  why: 'Without an answer the build stops.',
  fix: 'Add -y.',
  sources: ['hadolint DL3038'],
  bad: ['FROM fedora:42\nRUN dnf install x-1\n', 'FROM fedora:42\nRUN microdnf module install x:1\n'],
  good: [
    'FROM fedora:42\nRUN dnf install -y x-1 && dnf -qy in y-1\n',
    'FROM fedora:42\nRUN microdnf install --assumeyes x-1 && dnf clean all\n',
  ],
  check: (subject) =>
    findUnanswered(subject, (command) =>
      isProgram(command, 'dnf', 'dnf5', 'microdnf') &&
      ASKS.has(rpmSubcommand(command)) &&
      !hasFlag(command, 'y', 'assumeyes')
        ? rpmSubcommandWord(command)
        : null,
    ),
});

import { hasFlag, isProgram, operandsOf } from '../../command-words.ts';
import { defineDockerfileRule } from '../../rule.ts';
import { findUnanswered } from '../../unanswered-commands.ts';

const ASKS: ReadonlySet<string> = new Set([
  'install',
  'in',
  'remove',
  'rm',
  'source-install',
  'si',
  'patch',
  'update',
  'up',
]);

export const zypperYes = defineDockerfileRule({
  id: 'DL3034',
  name: 'zypper-yes',
  severity: 'warning',
  what: '`zypper` asks for confirmation, which nobody gives.',
  why: 'Without an answer the build stops.',
  fix: 'Add -y.',
  sources: ['hadolint DL3034'],
  bad: ['FROM opensuse/leap:15.6\nRUN zypper install x=1\n', 'FROM opensuse/leap:15.6\nRUN zypper rm x\n'],
  good: [
    'FROM opensuse/leap:15.6\nRUN zypper install -y x=1 && zypper -n in y=1\n',
    'FROM opensuse/leap:15.6\nRUN zypper --non-interactive in x=1 && zypper in --no-confirm y=1 && zypper clean\n',
  ],
  check: (subject) =>
    findUnanswered(subject, (command) => {
      const [subcommand] = operandsOf(command);
      return isProgram(command, 'zypper') &&
        subcommand !== undefined &&
        ASKS.has(subcommand.value) &&
        !hasFlag(command, 'y', 'n', 'no-confirm', 'non-interactive')
        ? subcommand
        : null;
    }),
});

import type { ShellCommand } from '../../../dockerfile/shell/model.ts';
import { countFlag, flagValue, hasFlag, hasSubcommand, isProgram, operandsOf } from '../../command-words.ts';
import { insertAt, safeFix } from '../../edits.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const aptGetYes = defineDockerfileRule({
  id: 'DL3014',
  name: 'apt-get-yes',
  severity: 'warning',
  what: '`apt-get install` asks for confirmation, which nobody gives.',
  why: 'Without an answer the build stops, or goes on only by chance.',
  fix: 'Add -y.',
  sources: ['hadolint DL3014', 'Trivy DS-0021'],
  bad: [
    'FROM debian:12\nRUN apt-get install x\n',
    'FROM debian:12\nRUN ["apt-get", "install", "--quiet", "x"]\n',
  ],
  good: [
    'FROM debian:12\nRUN apt-get install -y x\n',
    'FROM debian:12\nRUN apt-get -yq install x\n',
    'FROM debian:12\nRUN apt-get install -qq x && apt-get install -q=2 y && apt-get --assume-yes install z\n',
  ],
  *check({ commands }) {
    for (const { command, run } of commands) {
      if (!isProgram(command, 'apt-get') || !hasSubcommand(command, 'install') || isAnswered(command))
        continue;
      const install = operandsOf(command)[0];
      yield {
        span: command.span,
        ...(install === undefined || run.form === 'exec'
          ? {}
          : { fix: safeFix('Answer yes.', insertAt(install.span.end, ' -y')) }),
      };
    }
  },
});

function isAnswered(command: ShellCommand): boolean {
  const quiet = countFlag(command, 'q') + command.args.filter(({ value }) => value === '--quiet').length;
  return hasFlag(command, 'y', 'yes', 'assume-yes') || quiet > 1 || flagValue(command, 'q', 'quiet') === '2';
}

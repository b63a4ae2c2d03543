import { hasFlag, hasSubcommand, isProgram, operandsOf } from '../../command-words.ts';
import { insertAt, unsafeFix } from '../../edits.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const noInstallRecommends = defineDockerfileRule({
  id: 'DL3015',
  name: 'no-install-recommends',
  severity: 'info',
  what: '`apt-get install` takes recommended packages too.',
  why: 'Each package that is not needed is more to attack and more to update.',
  fix: 'Add --no-install-recommends and name what is really needed.',
  sources: ['hadolint DL3015', 'Trivy DS-0029', 'CIS-Docker 4.3'],
  bad: ['FROM debian:12\nRUN apt-get install -y x\n', 'FROM debian:12\nRUN apt install -y x\n'],
  good: [
    'FROM debian:12\nRUN apt-get install -y --no-install-recommends x\n',
    'FROM debian:12\nRUN apt-get -o APT::Install-Recommends=false install -y x\n',
  ],
  *check({ commands }) {
    for (const { command, run } of commands) {
      if (
        !isProgram(command, 'apt-get', 'apt') ||
        !operandsOf(command).some(({ value }) => value === 'install')
      )
        continue;
      if (hasFlag(command, 'no-install-recommends')) continue;
      if (command.args.some(({ value }) => /APT::Install-Recommends=(?:false|0|no)/i.test(value))) continue;
      const install = hasSubcommand(command, 'install') ? operandsOf(command)[0] : undefined;
      yield {
        span: command.span,
        ...(install === undefined || run.form === 'exec'
          ? {}
          : {
              fix: unsafeFix(
                'Leave recommended packages out.',
                insertAt(install.span.end, ' --no-install-recommends'),
              ),
            }),
      };
    }
  },
});

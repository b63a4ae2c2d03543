import { isProgram, operandsOf } from '../../command-words.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const shellInstruction = defineDockerfileRule({
  id: 'DL4005',
  name: 'shell-instruction',
  severity: 'warning',
  what: 'A RUN puts another shell in the place of /bin/sh.',
  why: 'Every script of the distribution then runs in a shell that it was not written for.',
  fix: 'Use SHELL, which changes the shell of the build alone.',
  sources: ['hadolint DL4005'],
  bad: [
    'FROM debian:12\nRUN ln -sf /bin/bash /bin/sh\n',
    'FROM debian:12\nONBUILD RUN ln -sf bash "/bin/sh"\n',
  ],
  good: [
    'FROM debian:12\nSHELL ["/bin/bash", "-c"]\n',
    'FROM debian:12\nRUN ln -s /bin/sh /usr/local/bin/shell\n',
  ],
  *check({ commands }) {
    for (const { command } of commands)
      if (
        isProgram(command, 'ln') &&
        operandsOf(command)
          .slice(1)
          .some(({ value }) => value === '/bin/sh')
      )
        yield { span: command.span };
  },
});

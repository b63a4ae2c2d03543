import { hasFlag, isProgram } from '../../command-words.ts';
import { insertAt, unsafeFix } from '../../edits.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const wgetProgress = defineDockerfileRule({
  id: 'DL3047',
  name: 'wget-progress',
  severity: 'info',
  what: '`wget` draws its progress into the log of the build.',
  why: 'A large download fills the log with thousands of lines of dots.',
  fix: 'Add --progress=dot:giga, or -q where only errors matter.',
  sources: ['hadolint DL3047'],
  bad: ['FROM debian:12\nRUN wget https://e.org/x\n', 'FROM debian:12\nRUN wget -O y https://e.org/x\n'],
  good: [
    'FROM debian:12\nRUN wget --progress=dot:giga https://e.org/x && wget -q https://e.org/y\n',
    'FROM debian:12\nRUN wget -nv https://e.org/x && wget -o log https://e.org/y && wget --version\n',
  ],
  *check({ commands }) {
    for (const { command, run } of commands) {
      const { name } = command;
      if (name === null || !isProgram(command, 'wget')) continue;
      const isCalm =
        hasFlag(
          command,
          'progress',
          'quiet',
          'no-verbose',
          'output-file',
          'append-output',
          'version',
          'help',
        ) || command.args.some(({ value }) => /^-(?:[a-zA-Z]*q|nv|o|a|V$|h$)/.test(value));
      if (isCalm) continue;
      // The wget of busybox has no --progress, so this can break a build.
      yield run.form === 'exec'
        ? { span: command.span }
        : {
            span: command.span,
            fix: unsafeFix('One line for each gigabyte.', insertAt(name.span.end, ' --progress=dot:giga')),
          };
    }
  },
});

import { flagValue, hasFlag, isProgram } from '../../command-words.ts';
import { insertAt, safeFix } from '../../edits.ts';
import { defineDockerfileRule } from '../../rule.ts';

const MANY_DIGITS = 6;

export const useraddNoLogInit = defineDockerfileRule({
  id: 'DL3046',
  name: 'useradd-no-log-init',
  severity: 'warning',
  what: '`useradd` makes a user with a high number and writes the login records.',
  why: 'Those files are as long as the highest number, so the layer grows by gigabytes.',
  fix: 'Add -l.',
  sources: ['hadolint DL3046'],
  bad: ['FROM debian:12\nRUN useradd -u 123456 x\n', 'FROM debian:12\nRUN useradd --uid=1234567 x\n'],
  good: [
    'FROM debian:12\nRUN useradd -l -u 123456 x\n',
    'FROM debian:12\nRUN useradd --no-log-init --uid 123456 x && useradd -u 1000 y && useradd z\n',
  ],
  *check({ commands }) {
    for (const { command, run } of commands) {
      const { name } = command;
      if (name === null || !isProgram(command, 'useradd') || hasFlag(command, 'l', 'no-log-init')) continue;
      const uid = flagValue(command, 'u', 'uid') ?? '';
      if (!/^\d+$/.test(uid) || uid.length < MANY_DIGITS) continue;
      yield run.form === 'exec'
        ? { span: command.span }
        : { span: command.span, fix: safeFix('Write no records.', insertAt(name.span.end, ' -l')) };
    }
  },
});

import { isProgram, operandsOf } from '../../command-words.ts';
import { replace, safeFix } from '../../edits.ts';
import { defineDockerfileRule } from '../../rule.ts';

const SHARED = new Set([
  'install',
  'update',
  'upgrade',
  'remove',
  'purge',
  'autoremove',
  'clean',
  'autoclean',
]);

export const aptGetNotApt = defineDockerfileRule({
  id: 'DL3027',
  name: 'apt-get-not-apt',
  severity: 'warning',
  what: 'A RUN calls apt, which is made for people at a terminal.',
  why: 'Its options and output may change with any release.',
  fix: 'Use apt-get or apt-cache.',
  sources: ['hadolint DL3027'],
  bad: ['FROM debian:12\nRUN apt install -y x\n', 'FROM debian:12\nRUN apt list\n'],
  good: ['FROM debian:12\nRUN apt-get install -y x\n', 'FROM debian:12\nRUN echo apt\n'],
  *check({ commands }) {
    for (const { command, run } of commands) {
      const { name } = command;
      if (name === null || !isProgram(command, 'apt')) continue;
      const isShared = SHARED.has(operandsOf(command)[0]?.value ?? '');
      const canMend = isShared && run.form === 'shell' && name.text === 'apt';
      yield canMend
        ? { span: name.span, fix: safeFix('Use apt-get.', replace(name.span, 'apt-get')) }
        : { span: name.span };
    }
  },
});

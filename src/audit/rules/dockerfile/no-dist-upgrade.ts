import { isProgram, operandsOf } from '../../command-words.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const noDistUpgrade = defineDockerfileRule({
  id: 'DL3035',
  name: 'no-dist-upgrade',
  severity: 'warning',
  what: '`zypper` moves the whole distribution to another state.',
  why: 'What comes out is no longer the base image that FROM names.',
  fix: 'Take a newer base image.',
  sources: ['hadolint DL3035'],
  bad: [
    'FROM opensuse/leap:15.6\nRUN zypper -n dist-upgrade && zypper clean\n',
    'FROM opensuse/leap:15.6\nRUN zypper -n dup && zypper clean\n',
  ],
  good: ['FROM opensuse/leap:15.6\nRUN zypper -n patch && zypper clean\n'],
  *check({ commands }) {
    for (const { command } of commands)
      if (isProgram(command, 'zypper') && /^(?:dist-upgrade|dup)$/.test(operandsOf(command)[0]?.value ?? ''))
        yield { span: command.span };
  },
});

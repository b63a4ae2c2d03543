import { isProgram, operandsOf } from '../../command-words.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const noAptDistUpgrade = defineDockerfileRule({
  id: 'DD1502',
  name: 'no-apt-dist-upgrade',
  severity: 'warning',
  what: '`apt-get dist-upgrade` may remove packages to upgrade others.',
  why: 'What comes out is no longer the base image that FROM names, and what is missing shows only when it runs.',
  fix: 'Take a newer base image, or apt-get upgrade where only fixes are wanted.',
  sources: ['Trivy DS-0024'],
  bad: [
    'FROM debian:12\nRUN apt-get update && apt-get -y dist-upgrade && rm -rf /var/lib/apt/lists/*\n',
    'FROM debian:12\nRUN apt full-upgrade -y\n',
  ],
  good: ['FROM debian:12\nRUN apt-get update && apt-get -y upgrade && rm -rf /var/lib/apt/lists/*\n'],
  *check({ commands }) {
    for (const { command } of commands)
      if (
        isProgram(command, 'apt-get', 'apt', 'aptitude') &&
        /^(?:dist|full)-upgrade$/.test(operandsOf(command)[0]?.value ?? '')
      )
        yield { span: command.span };
  },
});

import { isProgram } from '../../command-words.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const noSudo = defineDockerfileRule({
  id: 'DL3004',
  name: 'no-sudo',
  severity: 'warning',
  what: 'A RUN calls sudo.',
  why: 'It needs a setuid program in the image, eats signals, and lets the program become root again.',
  fix: 'Do what needs root before USER, and leave sudo out of the image.',
  sources: ['hadolint DL3004', 'Trivy DS-0010', 'Checkov CKV2_DOCKER_1', 'dockle CIS-DI-0008'],
  bad: ['FROM debian:12\nRUN sudo apt-get update\n', 'FROM debian:12\nONBUILD RUN a && sudo b\n'],
  good: ['FROM debian:12\nRUN apt-get install -y sudo\n', 'FROM debian:12\nRUN echo sudo\n'],
  *check({ commands }) {
    for (const { command } of commands)
      if (isProgram(command, 'sudo')) yield { span: command.name?.span ?? command.span };
  },
});

import { isProgram } from '../../command-words.ts';
import { defineDockerfileRule } from '../../rule.ts';

const TOOLS = ['ssh', 'vim', 'nano', 'shutdown', 'service', 'ps', 'free', 'top', 'kill', 'mount', 'ifconfig'];

export const noInteractiveTools = defineDockerfileRule({
  id: 'DL3001',
  name: 'no-interactive-tools',
  severity: 'info',
  what: 'A RUN calls a tool that means nothing while an image is built.',
  why: 'Processes, mounts and services of a build step are gone with the step.',
  fix: 'Leave the call out, or do it when the container starts.',
  sources: ['hadolint DL3001'],
  bad: ['FROM debian:12\nRUN service nginx start\n', 'FROM debian:12\nRUN ["top"]\n'],
  good: ['FROM debian:12\nRUN apt-get install -y ssh\n', 'FROM debian:12\nRUN echo mount\n'],
  *check({ commands }) {
    for (const { command } of commands)
      if (isProgram(command, ...TOOLS))
        yield {
          span: command.span,
          message: `${command.name?.value ?? ''} means nothing while an image is built.`,
        };
  },
});

import { isProgram } from '../../command-words.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const noCd = defineDockerfileRule({
  id: 'DL3003',
  name: 'no-cd',
  severity: 'warning',
  what: 'A RUN changes its folder with cd.',
  why: 'It holds for this RUN only, and the path of what follows is hard to see.',
  fix: 'Set the folder with WORKDIR.',
  sources: ['hadolint DL3003', 'Trivy DS-0013'],
  bad: ['FROM debian:12\nRUN cd /app && make\n'],
  good: ['FROM debian:12\nWORKDIR /app\nRUN make\n', 'FROM debian:12\nRUN echo cd\n'],
  *check({ commands }) {
    const seen = new Set<unknown>();
    for (const { command, run } of commands) {
      if (!isProgram(command, 'cd') || seen.has(run)) continue;
      seen.add(run);
      yield { span: command.span };
    }
  },
});

import { defineDockerfileRule } from '../../rule.ts';

export const unreadable = defineDockerfileRule({
  id: 'DL1000',
  name: 'unreadable',
  severity: 'error',
  what: 'A part of the file can not be read as a Dockerfile.',
  why: 'Docker refuses it, and what can not be read can not be judged.',
  fix: 'Correct the instruction; the Dockerfile reference shows its form.',
  sources: ['hadolint DL1000'],
  bad: ['FROM debian:12\nFOO bar\n', 'FROM debian:12\nRUN <<EOF\necho\n', 'RUN echo\n'],
  good: ['FROM debian:12\nRUN echo\n'],
  *check({ dockerfile }) {
    for (const { span, message } of dockerfile.problems) yield { span, message };
  },
});

import { findRepeated } from '../../find-repeated.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const singleEntrypoint = defineDockerfileRule({
  id: 'DL4004',
  name: 'single-entrypoint',
  severity: 'warning',
  what: 'A stage has more than one ENTRYPOINT.',
  why: 'Only the last one counts; whoever reads the first is misled.',
  fix: 'Keep the last one.',
  sources: ['hadolint DL4004', 'Trivy DS-0007', 'BuildKit MultipleInstructionsDisallowed'],
  bad: ['FROM debian:12\nENTRYPOINT ["a"]\nRUN x\nENTRYPOINT ["a"]\n'],
  good: [
    'FROM debian:12\nENTRYPOINT ["a"]\n',
    'FROM debian:12 AS a\nENTRYPOINT ["a"]\nFROM a\nENTRYPOINT ["a"]\n',
  ],
  check: ({ dockerfile }) => findRepeated(dockerfile, 'entrypoint'),
});

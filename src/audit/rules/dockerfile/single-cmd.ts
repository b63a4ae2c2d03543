import { findRepeated } from '../../find-repeated.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const singleCmd = defineDockerfileRule({
  id: 'DL4003',
  name: 'single-cmd',
  severity: 'warning',
  what: 'A stage has more than one CMD.',
  why: 'Only the last one counts; whoever reads the first is misled.',
  fix: 'Keep the last one.',
  sources: ['hadolint DL4003', 'Trivy DS-0016', 'BuildKit MultipleInstructionsDisallowed'],
  bad: ['FROM debian:12\nCMD ["a"]\nRUN x\nCMD ["a"]\n'],
  good: ['FROM debian:12\nCMD ["a"]\n', 'FROM debian:12 AS a\nCMD ["a"]\nFROM a\nCMD ["a"]\n'],
  check: ({ dockerfile }) => findRepeated(dockerfile, 'cmd'),
});

import { findRepeated } from '../../find-repeated.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const singleHealthcheck = defineDockerfileRule({
  id: 'DL3012',
  name: 'single-healthcheck',
  severity: 'warning',
  what: 'A stage has more than one HEALTHCHECK.',
  why: 'Only the last one counts; whoever reads the first is misled.',
  fix: 'Keep the last one.',
  sources: ['hadolint DL3012', 'Trivy DS-0023', 'BuildKit MultipleInstructionsDisallowed'],
  bad: ['FROM debian:12\nHEALTHCHECK CMD a\nRUN x\nHEALTHCHECK CMD a\n'],
  good: [
    'FROM debian:12\nHEALTHCHECK CMD a\n',
    'FROM debian:12 AS a\nHEALTHCHECK CMD a\nFROM a\nHEALTHCHECK CMD a\n',
  ],
  check: ({ dockerfile }) => findRepeated(dockerfile, 'healthcheck'),
});

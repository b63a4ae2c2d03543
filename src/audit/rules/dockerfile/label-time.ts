import { findWrongLabels } from '../../label-values.ts';
import { defineDockerfileRule } from '../../rule.ts';

const TIME = /^\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:[Zz]|[+-]\d{2}:\d{2})$/;

export const labelTime = defineDockerfileRule({
  id: 'DL3053',
  name: 'label-time',
  severity: 'warning',
  what: 'A label that holds a time holds something else.',
  why: 'Tools that sort or expire images by it fail.',
  fix: 'Write it as RFC 3339 has it, e.g. 2026-01-31T12:00:00Z.',
  sources: ['hadolint DL3053'],
  bad: [
    'FROM debian:12\nLABEL org.opencontainers.image.created="yesterday"\n',
    'FROM debian:12\nLABEL org.opencontainers.image.created="2026-02-31"\n',
    'FROM debian:12\nLABEL org.opencontainers.image.created="2026-13-01T12:00:00Z"\n',
  ],
  good: [
    'FROM debian:12\nLABEL org.opencontainers.image.created="2026-01-31T12:00:00Z"\n',
    'FROM debian:12\nLABEL org.opencontainers.image.created="2026-01-31T12:00:00.5+02:00"\n',
  ],
  check: (subject) =>
    findWrongLabels(subject, ['created'], (value) => TIME.test(value) && !Number.isNaN(Date.parse(value))),
});

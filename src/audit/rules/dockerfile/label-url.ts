import { findWrongLabels } from '../../label-values.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const labelUrl = defineDockerfileRule({
  id: 'DL3052',
  name: 'label-url',
  severity: 'warning',
  what: 'A label that holds an address holds something else.',
  why: 'Whoever follows it ends nowhere.',
  fix: 'Write the whole address, e.g. https://example.org/project.',
  sources: ['hadolint DL3052'],
  bad: [
    'FROM debian:12\nLABEL org.opencontainers.image.url="e.org"\n',
    'FROM debian:12\nLABEL org.opencontainers.image.source="not an address"\n',
  ],
  good: [
    'FROM debian:12\nLABEL org.opencontainers.image.source="https://e.org/x.git"\n',
    'FROM debian:12\nLABEL org.opencontainers.image.documentation="$DOCS"\n',
  ],
  check: (subject) => findWrongLabels(subject, ['url', 'documentation', 'source'], isAddress),
});

function isAddress(value: string): boolean {
  return /^[a-z][a-z0-9+.-]*:\/\/\S+$/i.test(value) && URL.canParse(value);
}

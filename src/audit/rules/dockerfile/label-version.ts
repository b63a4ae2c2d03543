import { findWrongLabels } from '../../label-values.ts';
import { defineDockerfileRule } from '../../rule.ts';

/** Source: https://semver.org */
const VERSION =
  /^(?:0|[1-9]\d*)(?:\.(?:0|[1-9]\d*)){2}(?:-(?:0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*)(?:\.(?:0|[1-9]\d*|\d*[A-Za-z-][\dA-Za-z-]*))*)?(?:\+[\dA-Za-z-]+(?:\.[\dA-Za-z-]+)*)?$/;

export const labelVersion = defineDockerfileRule({
  id: 'DL3056',
  name: 'label-version',
  severity: 'warning',
  what: 'The label for the version does not follow semantic versioning.',
  why: 'Tools can not tell which of two images is newer.',
  fix: 'Write MAJOR.MINOR.PATCH, e.g. 1.2.3 or 1.2.3-rc.1.',
  sources: ['hadolint DL3056'],
  bad: [
    'FROM debian:12\nLABEL org.opencontainers.image.version="1.2"\n',
    'FROM debian:12\nLABEL org.opencontainers.image.version="01.2.3"\n',
    'FROM debian:12\nLABEL org.opencontainers.image.version="latest"\n',
  ],
  good: [
    'FROM debian:12\nLABEL org.opencontainers.image.version="1.2.3"\n',
    'FROM debian:12\nLABEL org.opencontainers.image.version="1.2.3-rc.1+5"\n',
    'FROM debian:12\nLABEL org.opencontainers.image.version="$VERSION"\n',
  ],
  check: (subject) =>
    findWrongLabels(subject, ['version'], (value) => value.length <= 256 && VERSION.test(value)),
});

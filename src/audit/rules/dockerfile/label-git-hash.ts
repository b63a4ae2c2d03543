import { findWrongLabels } from '../../label-values.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const labelGitHash = defineDockerfileRule({
  id: 'DL3055',
  name: 'label-git-hash',
  severity: 'warning',
  what: 'The label for the revision is no hash of a commit.',
  why: 'A branch or a version moves; the source of the image can then not be found again.',
  fix: 'Write the whole hash of the commit, best by an ARG that the build is given.',
  sources: ['hadolint DL3055'],
  bad: [
    'FROM debian:12\nLABEL org.opencontainers.image.revision="main"\n',
    'FROM debian:12\nLABEL org.opencontainers.image.revision="1234"\n',
  ],
  good: [
    'FROM debian:12\nLABEL org.opencontainers.image.revision="0123456789abcdef0123456789abcdef01234567"\n',
    'FROM debian:12\nLABEL org.opencontainers.image.revision="0123456"\n',
    'FROM debian:12\nLABEL org.opencontainers.image.revision="$REVISION"\n',
  ],
  check: (subject) =>
    findWrongLabels(subject, ['revision'], (value) => /^(?:[0-9a-f]{7,40}|[0-9a-f]{64})$/i.test(value)),
});

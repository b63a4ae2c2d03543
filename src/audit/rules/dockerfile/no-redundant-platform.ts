import { replace, safeFix } from '../../edits.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const noRedundantPlatform = defineDockerfileRule({
  id: 'DL3065',
  name: 'no-redundant-platform',
  severity: 'warning',
  what: 'FROM asks for $TARGETPLATFORM, which it takes anyway.',
  why: 'It says nothing, and a reader looks for what it might mean.',
  fix: 'Leave --platform out.',
  sources: ['hadolint DL3065', 'BuildKit RedundantTargetPlatform'],
  bad: [
    'FROM --platform=$TARGETPLATFORM debian:12\n',
    `FROM --platform="\${TARGETPLATFORM}" debian:12 AS x\n`,
  ],
  good: [
    'FROM --platform=$BUILDPLATFORM debian:12\n',
    `FROM --platform=\${TARGETPLATFORM:-linux/amd64} debian:12\n`,
  ],
  *check({ instructions }) {
    for (const { flags, image } of instructions('from'))
      for (const { name, value, span } of flags) {
        if (name !== 'platform' || !/^\$(?:TARGETPLATFORM|\{TARGETPLATFORM\})$/.test(value ?? '')) continue;
        const canMend = flags.length === 1 && image !== null && image.span.start.line === span.start.line;
        yield canMend
          ? { span, fix: safeFix('Leave it out.', replace({ start: span.start, end: image.span.start }, '')) }
          : { span };
      }
  },
});

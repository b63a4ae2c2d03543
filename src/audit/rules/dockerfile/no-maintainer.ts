import { spanIn } from '../../../dockerfile/mapped-text.ts';
import { replace, safeFix } from '../../edits.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const noMaintainer = defineDockerfileRule({
  id: 'DL4000',
  name: 'no-maintainer',
  severity: 'warning',
  what: 'MAINTAINER is deprecated.',
  why: 'Tools read labels; newer builders may refuse it.',
  fix: 'Use LABEL org.opencontainers.image.authors.',
  sources: ['hadolint DL4000', 'Trivy DS-0022', 'BuildKit MaintainerDeprecated', 'Checkov CKV_DOCKER_6'],
  bad: ['FROM debian:12\nMAINTAINER A <a@e.org>\n', 'FROM debian:12\nMAINTAINER "A B"\n'],
  good: ['FROM debian:12\nLABEL org.opencontainers.image.authors="A"\n'],
  *check({ instructions }) {
    for (const { body, args, span, keywordSpan, isTrigger } of instructions('maintainer')) {
      const place = spanIn(body, 0, body.text.length);
      if (isTrigger || place.start.line !== keywordSpan.start.line || place.end.line !== place.start.line)
        yield { span };
      else {
        const name = (args[0]?.value ?? '').replaceAll(/["\\$]/g, '\\$&');
        const label = `LABEL org.opencontainers.image.authors="${name}"`;
        yield {
          span,
          fix: safeFix('Make it a label.', replace({ start: keywordSpan.start, end: place.end }, label)),
        };
      }
    }
  },
});

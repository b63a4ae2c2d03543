import { isOciLabel } from '../../label-values.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const noEmptyLabel = defineDockerfileRule({
  id: 'DL3051',
  name: 'no-empty-label',
  severity: 'warning',
  what: 'A label that OCI gives a meaning is empty.',
  why: 'It says nothing, and hides what the base image said there.',
  fix: 'Give it a value, or take it out.',
  sources: ['hadolint DL3051'],
  bad: ['FROM debian:12\nLABEL org.opencontainers.image.title=""\n'],
  good: ['FROM debian:12\nLABEL org.opencontainers.image.title="x" a=""\n'],
  *check({ instructions }) {
    for (const { pairs } of instructions('label'))
      for (const pair of pairs)
        if (isOciLabel(pair) && (pair.value ?? '').trim() === '')
          yield { span: pair.span, message: `${pair.key.slice(0, 80)} is empty.` };
  },
});

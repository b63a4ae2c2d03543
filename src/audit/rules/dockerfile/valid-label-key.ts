import { defineDockerfileRule } from '../../rule.ts';

const VALID = /^[a-z](?:[a-z0-9]|[.-](?![.-]))*[a-z0-9]$|^[a-z]$/;
const RESERVED = /^(?:com\.docker|io\.docker|org\.dockerproject)\./;

export const validLabelKey = defineDockerfileRule({
  id: 'DL3048',
  name: 'valid-label-key',
  severity: 'info',
  what: 'The name of a label breaks the rules of Docker for such names.',
  why: 'Tools that look labels up may miss it, or take it for one of the engine.',
  fix: 'Use lower-case letters, digits and single dots or hyphens, beginning with a letter, e.g. org.example.team.',
  sources: ['hadolint DL3048', 'Docker object-labels'],
  bad: [
    'FROM debian:12\nLABEL a$b=c\n',
    'FROM debian:12\nLABEL Team=c\n',
    'FROM debian:12\nLABEL a..b=c\n',
    'FROM debian:12\nLABEL com.docker.x=c\n',
    'FROM debian:12\nLABEL 1a=c\n',
  ],
  good: ['FROM debian:12\nLABEL org.example.my-team=a b=c\n'],
  *check({ instructions }) {
    for (const { pairs } of instructions('label'))
      for (const { key, keySpan } of pairs)
        if (!VALID.test(key) || RESERVED.test(key)) yield { span: keySpan };
  },
});

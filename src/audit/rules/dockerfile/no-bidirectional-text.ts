import { findInvisibleCharacters } from '../../../dockerfile/invisible-characters.ts';
import { defineDockerfileRule } from '../../rule.ts';

const LIMIT = 1_000;

export const noBidirectionalText = defineDockerfileRule({
  id: 'DD1103',
  name: 'no-bidirectional-text',
  severity: 'error',
  what: 'A character reorders the text, so that a reader sees another one than the builder.',
  why: 'Code is hidden in what looks like a comment or a string.',
  fix: 'Delete the character.',
  sources: ['CVE-2021-42574'],
  bad: ['FROM debian:12\nRUN echo "\u202e" x\n', '# \u2066x\nFROM debian:12\n'],
  good: ['FROM debian:12\nRUN echo "שלום مرحبا"\n', '\uFEFFFROM debian:12\r\n'],
  *check({ dockerfile }) {
    for (const { kind, code, span } of findInvisibleCharacters(dockerfile.text, LIMIT))
      if (kind === 'bidi') yield { span, message: `${code} reorders the text that follows.` };
  },
});

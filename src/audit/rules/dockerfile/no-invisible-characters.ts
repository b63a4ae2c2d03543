import { findInvisibleCharacters } from '../../../dockerfile/invisible-characters.ts';
import { replace, unsafeFix } from '../../edits.ts';
import { defineDockerfileRule } from '../../rule.ts';

const LIMIT = 1_000;

export const noInvisibleCharacters = defineDockerfileRule({
  id: 'DD1104',
  name: 'no-invisible-characters',
  severity: 'warning',
  what: 'A character can not be seen, or is obeyed by terminals instead of shown.',
  why: 'Two names that look the same are not, and a log or a review shows something else than what is run.',
  fix: 'Delete the character.',
  sources: ['CVE-2021-42694', 'CWE-1007'],
  bad: [
    'FROM debian:12\nRUN ec\u200bho\n',
    'FROM debian:12\nRUN echo \x1b[2K\n',
    'FROM debian:12\nRUN a\rRUN b\n',
  ],
  good: ['FROM debian:12\r\nRUN\techo ü 🚀\r\n'],
  *check({ dockerfile }) {
    for (const { kind, code, span } of findInvisibleCharacters(dockerfile.text, LIMIT))
      if (kind !== 'bidi')
        yield {
          span,
          message: `The ${kind} character ${code} stands here.`,
          fix: unsafeFix('Delete it.', replace(span, '')),
        };
  },
});

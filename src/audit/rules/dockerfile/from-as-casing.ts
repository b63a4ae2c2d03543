import { replace, safeFix } from '../../edits.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const fromAsCasing = defineDockerfileRule({
  id: 'DD1605',
  name: 'from-as-casing',
  severity: 'info',
  what: 'FROM and AS are written in different case.',
  why: 'A reader overlooks a word that does not look like a keyword.',
  fix: 'Write both in capitals, or both in lower case.',
  sources: ['BuildKit FromAsCasing'],
  bad: ['FROM debian:12 as x\n', 'from debian:12 AS x\n'],
  good: ['FROM debian:12 AS x\n', 'from debian:12 as x\n'],
  *check({ instructions }) {
    for (const { keyword, args, alias } of instructions('from')) {
      const as = alias === null ? undefined : args[1];
      const wanted = keyword === keyword.toLowerCase() ? 'as' : 'AS';
      if (as !== undefined && as.text !== wanted)
        yield { span: as.span, fix: safeFix('Write it like FROM.', replace(as.span, wanted)) };
    }
  },
});

import { replace, safeFix } from '../../edits.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const stageNameCasing = defineDockerfileRule({
  id: 'DD1601',
  name: 'stage-name-casing',
  severity: 'info',
  what: 'The name of a stage has capital letters.',
  why: 'Builders compare it in lower case, so two names may be one.',
  fix: 'Write it in lower case.',
  sources: ['BuildKit StageNameCasing'],
  bad: ['FROM debian:12 AS Build\n'],
  good: ['FROM debian:12 AS build-1\n'],
  *check({ instructions }) {
    for (const { alias } of instructions('from'))
      if (alias !== null && alias.value !== alias.value.toLowerCase())
        yield {
          span: alias.span,
          fix: safeFix('Write it in lower case.', replace(alias.span, alias.text.toLowerCase())),
        };
  },
});

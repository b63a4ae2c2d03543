import { defineDockerfileRule } from '../../rule.ts';

export const noReservedStageName = defineDockerfileRule({
  id: 'DL3063',
  name: 'no-reserved-stage-name',
  severity: 'warning',
  what: 'A stage is called scratch or context.',
  why: 'Both words mean something else to builders, so the stage may be out of reach.',
  fix: 'Give the stage another name.',
  sources: ['hadolint DL3063', 'BuildKit ReservedStageName'],
  bad: ['FROM debian:12 AS scratch\n', 'FROM debian:12 AS Context\n'],
  good: ['FROM scratch AS base\n', 'FROM debian:12\n'],
  *check({ instructions }) {
    for (const { alias } of instructions('from'))
      if (alias !== null && /^(?:scratch|context)$/i.test(alias.value)) yield { span: alias.span };
  },
});

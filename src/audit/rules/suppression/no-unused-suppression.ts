import { defineSuppressionRule } from '../../rule.ts';

export const noUnusedSuppression = defineSuppressionRule({
  id: 'DD1901',
  name: 'no-unused-suppression',
  severity: 'info',
  what: 'A comment silences a rule that finds nothing here.',
  why: 'It will hide the day when the rule does find something, and readers believe that something is wrong.',
  fix: 'Delete the rule from the comment.',
  sources: ['Docker build-checks'],
  bad: [
    '# hadolint ignore=DL3007\nFROM debian:12\n',
    '# drydock global ignore=DL3020\nFROM debian:12\nUSER 1\n',
  ],
  good: ['# hadolint ignore=DL3007\nFROM debian:latest\n', '# hadolint ignore=SC2086\nFROM debian:12\n'],
  *check({ suppressions }) {
    for (const { rule, span, state } of suppressions)
      if (state === 'unused')
        yield { span, message: `The comment silences ${rule}, which finds nothing here.` };
  },
});

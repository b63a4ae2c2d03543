import { defineSuppressionRule } from '../../rule.ts';

export const noStaleSuppression = defineSuppressionRule({
  id: 'DD1902',
  name: 'no-stale-suppression',
  severity: 'warning',
  what: 'A suppression is past its date or can not be read, so it does not bind.',
  why: 'The date was set so that somebody looks again; a comment that can not be read silences nothing.',
  fix: 'Mend the finding, or set a new date like until=2027-01-31 with a reason.',
  sources: ['Docker build-checks'],
  bad: [
    '# drydock ignore=DL3007 reason="mirror is down" until=2020-01-31\nFROM debian:latest\n',
    '# drydock ignore=DL3007 until=soon\nFROM debian:latest\n',
  ],
  good: ['# drydock ignore=DL3007 reason="mirror is down" until=2999-01-31\nFROM debian:latest\n'],
  *check({ suppressions }) {
    for (const { rule, span, state, detail } of suppressions) {
      if (state === 'expired') yield { span, message: `The suppression of ${rule} ended on ${detail}.` };
      if (state === 'malformed')
        yield { span, message: `The suppression of ${rule} does not bind: ${detail}.` };
    }
  },
});

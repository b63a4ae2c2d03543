import { defineDockerfileRule } from '../../rule.ts';

export const noInlineSuppression = defineDockerfileRule({
  id: 'DL1001',
  name: 'no-inline-suppression',
  severity: 'info',
  isEnabledByDefault: false,
  what: 'A comment silences rules for one instruction.',
  why: 'Exceptions that are spread over files are seen by nobody; some teams want them in one place.',
  fix: 'Turn the rule off in the configuration, or mend the finding.',
  sources: ['hadolint DL1001'],
  bad: ['# hadolint ignore=DL3007\nFROM debian:latest\n'],
  good: ['# hadolint global ignore=DL3007\nFROM debian:latest\n', '# hadolint shell=bash\nFROM debian:12\n'],
  *check({ dockerfile }) {
    for (const { text, span } of dockerfile.comments)
      if (/^(?:hadolint|drydock)\s+ignore\s*=/.test(text)) yield { span };
  },
});

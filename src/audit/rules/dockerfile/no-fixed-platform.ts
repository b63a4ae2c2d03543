import { defineDockerfileRule } from '../../rule.ts';

export const noFixedPlatform = defineDockerfileRule({
  id: 'DL3029',
  name: 'no-fixed-platform',
  severity: 'warning',
  what: 'FROM is tied to one platform.',
  why: 'The image is then the wrong one everywhere else, whatever --platform the builder is given.',
  fix: 'Leave --platform out, or use $BUILDPLATFORM where a stage only builds.',
  // BuildKit takes a fixed platform as meant when the stage is named after it.
  sources: ['hadolint DL3029', 'BuildKit FromPlatformFlagConstDisallowed'],
  bad: ['FROM --platform=linux/amd64 debian:12\n'],
  good: [
    'FROM --platform=$BUILDPLATFORM debian:12\n',
    'FROM debian:12\n',
    'FROM --platform=linux/arm64 debian:12 AS tools-arm64\n',
  ],
  *check({ instructions }) {
    for (const { flags, alias } of instructions('from'))
      for (const { name, value, span } of flags)
        if (
          name === 'platform' &&
          value !== null &&
          !value.includes('$') &&
          !namesPlatform(alias?.value, value)
        )
          yield { span };
  },
});

function namesPlatform(alias: string | undefined, platform: string): boolean {
  return (
    alias !== undefined &&
    platform
      .toLowerCase()
      .split('/')
      .some((part) => part !== '' && alias.toLowerCase().includes(part))
  );
}

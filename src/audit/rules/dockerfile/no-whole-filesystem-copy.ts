import { defineDockerfileRule } from '../../rule.ts';

export const noWholeFilesystemCopy = defineDockerfileRule({
  id: 'DL3067',
  name: 'no-whole-filesystem-copy',
  severity: 'warning',
  what: 'COPY takes the whole file system of another stage.',
  why: 'Every tool, cache and secret that the stage held comes along.',
  fix: 'Copy the files that the image needs.',
  sources: ['hadolint DL3067'],
  bad: ['FROM debian:12 AS a\nFROM scratch\nCOPY --from=a / /\n', 'FROM scratch\nCOPY --from=a ["/", "/"]\n'],
  good: ['FROM debian:12 AS a\nFROM scratch\nCOPY --from=a /x /\n', 'FROM debian:12\nCOPY / /\n'],
  *check({ instructions }) {
    for (const { flags, sources, destination, span } of instructions('copy'))
      if (
        flags.some(({ name }) => name === 'from') &&
        destination?.value === '/' &&
        sources.some(({ value }) => value === '/')
      )
        yield { span };
  },
});

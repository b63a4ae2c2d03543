import { defineDockerfileRule } from '../../rule.ts';

export const copyNeedsWorkdir = defineDockerfileRule({
  id: 'DL3045',
  name: 'copy-needs-workdir',
  severity: 'warning',
  what: 'COPY or ADD goes to a relative place, but no WORKDIR is set.',
  why: 'Where the files land is then up to the base image, and changes with it.',
  fix: 'Set WORKDIR in front, or give a path that begins with a slash.',
  sources: ['hadolint DL3045'],
  // hadolint looks at COPY alone; what DL3020 mends would then be a new finding.
  bad: [
    'FROM debian:12\nCOPY x y\n',
    'FROM debian:12\nADD x.tar y\n',
    'FROM debian:12 AS a\nWORKDIR /z\nFROM debian:12\nCOPY ["x", "./"]\n',
  ],
  good: [
    'FROM debian:12\nWORKDIR /z\nCOPY x y\n',
    'FROM debian:12\nCOPY x /y\nCOPY x $Y\nCOPY x c:\\y\n',
    'FROM debian:12 AS a\nWORKDIR /z\nFROM a\nCOPY x y\n',
  ],
  *check({ instructions, scopes }) {
    for (const copy of instructions('copy', 'add')) {
      const { destination } = copy;
      if (destination === null || scopes.at(copy).workdir !== null) continue;
      if (!/^(?:[/\\$]|[a-z]:)/i.test(destination.value)) yield { span: destination.span };
    }
  },
});

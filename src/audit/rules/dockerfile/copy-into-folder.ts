import { insertAt, safeFix } from '../../edits.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const copyIntoFolder = defineDockerfileRule({
  id: 'DL3021',
  name: 'copy-into-folder',
  severity: 'error',
  what: 'COPY of several files goes to a place that does not end with a slash.',
  why: 'Builders refuse it, as it does not say whether the place is a folder.',
  fix: 'End the destination with a slash.',
  // Trivy spares `COPY multi:… in …`, a line of an image's history; in a Dockerfile builders refuse it like any other.
  sources: ['hadolint DL3021', 'Trivy DS-0011'],
  bad: ['FROM debian:12\nCOPY a b c\n', 'FROM debian:12\nCOPY ["a", "b", "c"]\n'],
  good: [
    'FROM debian:12\nCOPY a b c/\n',
    'FROM debian:12\nCOPY a c\n',
    'FROM debian:12\nCOPY a b .\n',
    'FROM debian:12\nCOPY a b $DIR\n',
  ],
  *check({ instructions }) {
    for (const { sources, destination, form } of instructions('copy')) {
      if (
        sources.length < 2 ||
        destination === null ||
        /(?:[/\\$]|^\.{1,2}|\/\.|\$\w+|\$\{[^}]*\})$/.test(destination.value)
      )
        continue;
      const { end } = destination.span;
      const isQuoted = form === 'exec' || /["']$/.test(destination.text);
      const place = isQuoted ? { line: end.line, column: end.column - 1 } : end;
      yield { span: destination.span, fix: safeFix('End with a slash.', insertAt(place, '/')) };
    }
  },
});

import { hasFlag, isProgram, operandsOf } from '../../command-words.ts';
import { insertAt, safeFix } from '../../edits.ts';
import { isKeptOut } from '../../mounts.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const apkNoCache = defineDockerfileRule({
  id: 'DL3019',
  name: 'apk-no-cache',
  severity: 'info',
  what: '`apk add` leaves the package index in the layer.',
  why: 'It makes the image larger, and it is stale tomorrow.',
  fix: 'Add --no-cache, which also makes --update needless.',
  sources: ['hadolint DL3019', 'Trivy DS-0025'],
  bad: [
    'FROM alpine:3.20\nRUN apk add x=1\n',
    'FROM alpine:3.20\nRUN --mount=type=cache,target=/var/cache/y apk --update add x=1\n',
  ],
  good: [
    'FROM alpine:3.20\nRUN apk add --no-cache x=1\n',
    'FROM alpine:3.20\nRUN apk --no-cache add x=1\n',
    'FROM alpine:3.20\nRUN --mount=type=cache,target=/var/cache/apk apk add x=1\n',
  ],
  *check({ commands }) {
    for (const { command, run } of commands) {
      const add = isProgram(command, 'apk')
        ? operandsOf(command).find(({ value }) => value === 'add')
        : undefined;
      if (add === undefined || hasFlag(command, 'no-cache') || isKeptOut(run, '/var/cache/apk')) continue;
      yield run.form === 'exec'
        ? { span: command.span }
        : { span: command.span, fix: safeFix('Keep no index.', insertAt(add.span.end, ' --no-cache')) };
    }
  },
});

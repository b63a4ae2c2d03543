import { operandsOfSubcommand } from '../../command-operands.ts';
import { isProgram } from '../../command-words.ts';
import { defineDockerfileRule } from '../../rule.ts';
import { findUnpinned } from '../../unpinned-packages.ts';

const VALUE_FLAGS: ReadonlySet<string> = new Set([
  'X',
  'arch',
  'cache-dir',
  'cache-max-age',
  'keys-dir',
  'p',
  'repositories-file',
  'repository',
  'root',
  't',
  'virtual',
  'wait',
]);

export const pinApkPackages = defineDockerfileRule({
  id: 'DL3018',
  name: 'pin-apk-packages',
  severity: 'warning',
  what: '`apk add` takes whatever version is there today.',
  why: 'The same Dockerfile builds another image tomorrow, and a fault that came with a new version is hard to find.',
  fix: 'Write package=version, or package~1.2 where only patches may follow.',
  sources: ['hadolint DL3018'],
  bad: [
    'FROM alpine:3.20\nRUN apk add --no-cache x\n',
    'FROM alpine:3.20\nRUN apk --no-cache add --virtual .deps x=1 y\n',
  ],
  good: [
    'FROM alpine:3.20\nRUN apk add --no-cache -t .deps x=1.2-r0 "y~2" "z<3" ./a.apk\n',
    'FROM alpine:3.20\nRUN apk del x && apk add --no-cache $PACKAGES\n',
  ],
  check: (subject) =>
    findUnpinned(subject, {
      packagesOf: (command) =>
        isProgram(command, 'apk') ? operandsOfSubcommand(command, ['add'], VALUE_FLAGS) : [],
      // A word that begins with ! forbids the package.
      isPinned: (text) => /[=<>~]|\.apk$|^!/.test(text),
    }),
});

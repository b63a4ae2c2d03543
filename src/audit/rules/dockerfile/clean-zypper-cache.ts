import { isProgram, operandsOf } from '../../command-words.ts';
import { findLeftCaches, removes } from '../../left-caches.ts';
import { defineDockerfileRule } from '../../rule.ts';

const FOLDERS = ['/var/cache/zypp'];
const FILLS: ReadonlySet<string> = new Set(['install', 'in', 'patch', 'update', 'up', 'dist-upgrade', 'dup']);

export const cleanZypperCache = defineDockerfileRule({
  id: 'DL3036',
  name: 'clean-zypper-cache',
  severity: 'warning',
  what: 'The cache of zypper stays in the layer.',
  why: 'It makes the image larger by packages and lists that nobody needs any more.',
  fix: 'End the same RUN with zypper clean.',
  sources: ['hadolint DL3036', 'Trivy DS-0020'],
  bad: [
    'FROM opensuse/leap:15.6\nRUN zypper install -y x=1\n',
    'FROM opensuse/leap:15.6\nRUN zypper -n in x=1 && zypper cc && zypper -n in y=1\n',
  ],
  good: [
    'FROM opensuse/leap:15.6\nRUN zypper install -y x=1 && zypper clean -a\n',
    'FROM opensuse/leap:15.6\nRUN zypper install -y x=1 && zypper cc\n',
    'FROM opensuse/leap:15.6\nRUN --mount=type=cache,target=/var/cache/zypp zypper install -y x=1\n',
  ],
  check: (subject) =>
    findLeftCaches(subject, {
      fills: (command) => isProgram(command, 'zypper') && FILLS.has(operandsOf(command)[0]?.value ?? ''),
      cleans: (command) =>
        removes(command, FOLDERS) ||
        (isProgram(command, 'zypper') && /^(?:clean|cc)$/.test(operandsOf(command)[0]?.value ?? '')),
      folders: FOLDERS,
      cleanCommand: () => 'zypper clean',
    }),
});

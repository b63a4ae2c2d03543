import { commandName, hasSubcommand, isProgram } from '../../command-words.ts';
import { findLeftCaches, removes } from '../../left-caches.ts';
import { rpmSubcommand } from '../../rpm-packages.ts';
import { defineDockerfileRule } from '../../rule.ts';

const PROGRAMS = ['dnf', 'dnf5', 'microdnf'];
const FOLDERS = ['/var/cache/libdnf5', '/var/cache/dnf', '/var/cache/yum'];
const FILLS: ReadonlySet<string> = new Set([
  'install',
  'in',
  'localinstall',
  'groupinstall',
  'module install',
  'group install',
  'reinstall',
  'rei',
  'upgrade',
  'up',
  'upgrade-minimal',
  'up-min',
  'update',
  'update-minimal',
  'downgrade',
  'dg',
  'distro-sync',
  'dsync',
  'swap',
]);

export const cleanDnfCache = defineDockerfileRule({
  id: 'DL3040',
  name: 'clean-dnf-cache',
  severity: 'warning',
  what: 'The cache of dnf stays in the layer.',
  why: 'It makes the image larger by packages and lists that nobody needs any more.',
  fix: 'End the same RUN with dnf clean all.',
  sources: ['hadolint DL3040', 'Trivy DS-0019', 'Trivy DS-0027'],
  bad: [
    'FROM fedora:42\nRUN dnf install -y x-1\n',
    'FROM fedora:42\nRUN microdnf clean all && microdnf -y reinstall x-1\n',
  ],
  good: [
    'FROM fedora:42\nRUN dnf install -y x-1 && dnf clean all\n',
    'FROM fedora:42\nRUN microdnf install -y x-1 && rm -rf /var/cache/yum/*\n',
    'FROM fedora:42\nRUN --mount=type=cache,target=/var/cache/libdnf5 dnf install -y x-1\n',
  ],
  check: (subject) =>
    findLeftCaches(subject, {
      fills: (command) => isProgram(command, ...PROGRAMS) && FILLS.has(rpmSubcommand(command)),
      cleans: (command) =>
        removes(command, FOLDERS) ||
        (isProgram(command, ...PROGRAMS) && hasSubcommand(command, 'clean', 'all')),
      folders: FOLDERS,
      cleanCommand: (filling) => `${commandName(filling)} clean all`,
    }),
});

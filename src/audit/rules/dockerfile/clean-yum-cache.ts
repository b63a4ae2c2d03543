import { isProgram, operandsOf } from '../../command-words.ts';
import { findLeftCaches, removes } from '../../left-caches.ts';
import { rpmSubcommand } from '../../rpm-packages.ts';
import { defineDockerfileRule } from '../../rule.ts';

const FOLDERS = ['/var/cache/yum'];
const FILLS: ReadonlySet<string> = new Set(['install', 'groupinstall', 'localinstall', 'reinstall']);

export const cleanYumCache = defineDockerfileRule({
  id: 'DL3032',
  name: 'clean-yum-cache',
  severity: 'warning',
  what: 'The cache of yum stays in the layer.',
  why: 'It makes the image larger by packages and lists that nobody needs any more.',
  fix: 'End the same RUN with yum clean all.',
  sources: ['hadolint DL3032', 'Trivy DS-0015'],
  bad: [
    'FROM centos:7\nRUN yum install -y x-1\n',
    'FROM centos:7\nRUN yum clean all && yum install -y x-1\n',
    'FROM centos:7\nRUN yum install -y x-1 && yum clean metadata\n',
  ],
  good: [
    'FROM centos:7\nRUN yum install -y x-1 && yum clean all\n',
    'FROM centos:7\nRUN yum install -y x-1 && rm -rf /var/cache/yum/*\n',
    'FROM centos:7\nRUN --mount=type=cache,target=/var/cache/yum yum install -y x-1\n',
  ],
  check: (subject) =>
    findLeftCaches(subject, {
      fills: (command) => isProgram(command, 'yum') && FILLS.has(rpmSubcommand(command)),
      cleans: (command) =>
        removes(command, FOLDERS) ||
        (isProgram(command, 'yum') &&
          operandsOf(command)
            .map(({ value }) => value)
            .join(' ')
            .includes('clean all')),
      folders: FOLDERS,
      cleanCommand: () => 'yum clean all',
    }),
});

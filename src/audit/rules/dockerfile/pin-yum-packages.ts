import { rpmPackages } from '../../rpm-packages.ts';
import { defineDockerfileRule } from '../../rule.ts';
import { findUnpinned } from '../../unpinned-packages.ts';

export const pinYumPackages = defineDockerfileRule({
  id: 'DL3033',
  name: 'pin-yum-packages',
  severity: 'warning',
  what: '`yum install` takes whatever version is there today.',
  why: 'The same Dockerfile builds another image tomorrow, and a fault that came with a new version is hard to find.',
  fix: 'Write package-version, or module:stream.',
  sources: ['hadolint DL3033'],
  bad: [
    'FROM centos:7\nRUN yum install -y x-1.2 y-devel\n',
    'FROM centos:7\nRUN yum module install -y x\n',
    'FROM centos:7 AS a\nENV V=1.2\nFROM centos:7\nRUN yum install -y x-$V\n',
  ],
  good: [
    'FROM centos:7\nRUN yum install -y x-1.2-3 y-1:2 ./z.rpm https://e.org/a.rpm\n',
    'FROM centos:7\nRUN yum module install -y x:9 && yum group install -y "A B"\n',
    'FROM centos:7\nARG V\nRUN yum install -y x-$V $MORE\n',
  ],
  check: (subject) => findUnpinned(subject, rpmPackages('yum')),
});

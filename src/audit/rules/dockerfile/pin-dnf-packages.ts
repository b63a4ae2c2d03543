import { rpmPackages } from '../../rpm-packages.ts';
import { defineDockerfileRule } from '../../rule.ts';
import { findUnpinned } from '../../unpinned-packages.ts';

export const pinDnfPackages = defineDockerfileRule({
  id: 'DL3041',
  name: 'pin-dnf-packages',
  severity: 'warning',
  what: '`dnf install` takes whatever version is there today.',
  why: 'The same Dockerfile builds another image tomorrow, and a fault that came with a new version is hard to find.',
  fix: 'Write package-version, or module:stream.',
  sources: ['hadolint DL3041'],
  bad: [
    'FROM fedora:42\nRUN dnf install -y x-1.2 y-devel\n',
    'FROM fedora:42\nRUN dnf module install -y x\n',
    'FROM fedora:42 AS a\nENV V=1.2\nFROM fedora:42\nRUN dnf install -y x-$V\n',
  ],
  good: [
    'FROM fedora:42\nRUN dnf install -y x-1.2-3 y-1:2 ./z.rpm https://e.org/a.rpm\n',
    'FROM fedora:42\nRUN dnf module install -y x:9 && dnf group install -y "A B"\n',
    'FROM fedora:42\nARG V\nRUN dnf install -y x-$V $MORE\n',
  ],
  check: (subject) => findUnpinned(subject, rpmPackages('dnf', 'dnf5', 'microdnf')),
});

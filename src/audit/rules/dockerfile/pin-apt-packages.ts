import { operandsOfSubcommand } from '../../command-operands.ts';
import { isProgram } from '../../command-words.ts';
import { defineDockerfileRule } from '../../rule.ts';
import { findUnpinned } from '../../unpinned-packages.ts';

const VALUE_FLAGS: ReadonlySet<string> = new Set([
  'a',
  'c',
  'config-file',
  'default-release',
  'host-architecture',
  'o',
  'option',
  't',
  'target-release',
]);

export const pinAptPackages = defineDockerfileRule({
  id: 'DL3008',
  name: 'pin-apt-packages',
  severity: 'warning',
  what: '`apt-get install` takes whatever version is there today.',
  why: 'The same Dockerfile builds another image tomorrow, and a fault that came with a new version is hard to find.',
  fix: 'Write package=version, with 1.2.* where only patches may follow, or build from a dated snapshot.',
  sources: ['hadolint DL3008'],
  bad: [
    'FROM debian:12\nRUN apt-get install -y x\n',
    'FROM debian:12\nONBUILD RUN apt-get -t stable install -y x=1 y z\n',
    // hadolint looks at apt-get alone; what DL3027 mends would then be a new finding.
    'FROM debian:12\nRUN apt install -y x\n',
    'FROM debian:12\nENV P="x y=1"\nRUN apt-get install -y $P\n',
  ],
  good: [
    'FROM debian:12\nRUN apt-get install -y x=1.2.* ./y.deb\n',
    'FROM debian:12\nRUN apt-get install -y -t stable x=1.2\n',
    'FROM debian:12\nARG V\nRUN apt-get install -y x="$V" $MORE\n',
    'FROM debian:12\nRUN apt-get -y upgrade && apt-get install -y -f\n',
  ],
  check: (subject) =>
    findUnpinned(subject, {
      packagesOf: (command) =>
        isProgram(command, 'apt-get', 'apt', 'aptitude')
          ? operandsOfSubcommand(command, ['install'], VALUE_FLAGS)
          : [],
      // A word that ends with a hyphen takes the package away.
      isPinned: (text) => /[=/]|\.deb$|-$/.test(text),
    }),
});

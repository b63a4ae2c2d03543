import { operandsOfSubcommand } from '../../command-operands.ts';
import { isProgram } from '../../command-words.ts';
import { defineDockerfileRule } from '../../rule.ts';
import { findUnpinned } from '../../unpinned-packages.ts';

const VALUE_FLAGS: ReadonlySet<string> = new Set(['from', 'r', 'repo', 'R', 'root', 't', 'type']);

export const pinZypperPackages = defineDockerfileRule({
  id: 'DL3037',
  name: 'pin-zypper-packages',
  severity: 'warning',
  what: '`zypper install` takes whatever version is there today.',
  why: 'The same Dockerfile builds another image tomorrow, and a fault that came with a new version is hard to find.',
  fix: 'Write package=version, or "package>=version".',
  sources: ['hadolint DL3037'],
  bad: [
    'FROM opensuse/leap:15.6\nRUN zypper install -y x\n',
    'FROM opensuse/leap:15.6\nRUN zypper -n in -r main x=1 y\n',
  ],
  good: [
    'FROM opensuse/leap:15.6\nRUN zypper install -y x=1.2 "y>=2" z\\<3 ./a.rpm\n',
    'FROM opensuse/leap:15.6\nRUN zypper -n in -t pattern devel\n',
  ],
  check: (subject) =>
    findUnpinned(subject, {
      packagesOf: (command) =>
        isProgram(command, 'zypper') && !installsOther(command.args.map(({ value }) => value))
          ? operandsOfSubcommand(command, ['install', 'in'], VALUE_FLAGS)
          : [],
      isPinned: (text) => /[=<>]|\.rpm$|:\/\//.test(text),
    }),
});

/** Patterns and products have no version that one could name. */
function installsOther(words: readonly string[]): boolean {
  return words.some((word, index) => /^(?:-t|--type)$/.test(word) && words[index + 1] !== 'package');
}

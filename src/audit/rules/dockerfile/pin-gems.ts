import type { ShellCommand, ShellWord } from '../../../dockerfile/shell/model.ts';
import { operandsOfSubcommand } from '../../command-operands.ts';
import { hasFlag, isProgram } from '../../command-words.ts';
import { defineDockerfileRule } from '../../rule.ts';
import { findUnpinned } from '../../unpinned-packages.ts';

const VALUE_FLAGS: ReadonlySet<string> = new Set([
  'B',
  'P',
  'bindir',
  'document',
  'i',
  'install-dir',
  'n',
  'platform',
  's',
  'source',
  'trust-policy',
]);

export const pinGems = defineDockerfileRule({
  id: 'DL3028',
  name: 'pin-gems',
  severity: 'warning',
  what: '`gem install` takes whatever version is there today.',
  why: 'The same Dockerfile builds another image tomorrow, and a taken-over gem comes in at once.',
  fix: 'Write gem:version, or -v and the version.',
  sources: ['hadolint DL3028'],
  bad: ['FROM ruby:3.3\nRUN gem install x\n', 'FROM ruby:3.3\nRUN gem i x:1 y --no-document\n'],
  good: [
    'FROM ruby:3.3\nRUN gem install x:1.2 ./y.gem\n',
    'FROM ruby:3.3\nRUN gem install x -v 1.2\n',
    'FROM ruby:3.3\nRUN gem install x --version=1.2\n',
    'FROM ruby:3.3\nRUN gem install x:1.2 -- --with-y z\n',
  ],
  check: (subject) => findUnpinned(subject, { packagesOf, isPinned: (text) => /:|\.gem$/.test(text) }),
});

function packagesOf(command: ShellCommand): readonly ShellWord[] {
  if (!isProgram(command, 'gem')) return [];
  const end = command.args.findIndex(({ value }) => value === '--');
  const args = end < 0 ? command.args : command.args.slice(0, end);
  if (hasFlag(command, 'version') || args.some(({ value }) => value.startsWith('-v'))) return [];
  return operandsOfSubcommand({ args }, ['install', 'i'], VALUE_FLAGS);
}

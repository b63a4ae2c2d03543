import type { ShellCommand, ShellWord } from '../../../dockerfile/shell/model.ts';
import { operandsWithout } from '../../command-operands.ts';
import { isProgram } from '../../command-words.ts';
import { defineDockerfileRule } from '../../rule.ts';
import { findUnpinned } from '../../unpinned-packages.ts';

const VALUE_FLAGS: ReadonlySet<string> = new Set([
  'C',
  'asmflags',
  'buildmode',
  'compiler',
  'exec',
  'gcflags',
  'installsuffix',
  'ldflags',
  'mod',
  'modfile',
  'overlay',
  'p',
  'pkgdir',
  'tags',
  'toolexec',
]);

export const pinGoPackages = defineDockerfileRule({
  id: 'DL3062',
  name: 'pin-go-packages',
  severity: 'warning',
  what: '`go` takes whatever version is there today.',
  why: 'The same Dockerfile builds another image tomorrow, and a taken-over module comes in at once.',
  fix: 'Write package@v1.2.3.',
  sources: ['hadolint DL3062'],
  bad: [
    'FROM golang:1.25\nRUN go install e.org/x\n',
    'FROM golang:1.25\nRUN go get -tool e.org/x@latest\n',
    'FROM golang:1.25\nRUN go run -tags a e.org/x b\n',
  ],
  good: [
    'FROM golang:1.25\nRUN go install -ldflags "-s -w" e.org/x@v1.2.3\n',
    'FROM golang:1.25\nRUN go install ./... && go run main.go && go run . x && go build e.org/x\n',
    'FROM golang:1.25\nARG V=v1\nRUN go run e.org/x@$V y\n',
  ],
  check: (subject) =>
    findUnpinned(subject, {
      packagesOf,
      isPinned: (text) => /^[./~]|\.go$/.test(text) || (/.@./.test(text) && !text.endsWith('@latest')),
    }),
});

function packagesOf(command: ShellCommand): readonly ShellWord[] {
  if (!isProgram(command, 'go')) return [];
  const [subcommand, ...packages] = operandsWithout(command, VALUE_FLAGS);
  if (subcommand?.value === 'run') return packages.slice(0, 1);
  return subcommand?.value === 'install' || subcommand?.value === 'get' ? packages : [];
}

import type { ShellCommand, ShellWord } from '../../../dockerfile/shell/model.ts';
import { operandsOfSubcommand } from '../../command-operands.ts';
import { isProgram } from '../../command-words.ts';
import { pipWords } from '../../pip-command.ts';
import { defineDockerfileRule } from '../../rule.ts';
import { findUnpinned } from '../../unpinned-packages.ts';

const VALUE_FLAGS: ReadonlySet<string> = new Set([
  'C',
  'abi',
  'b',
  'build',
  'cache-dir',
  'cert',
  'config-settings',
  'e',
  'editable',
  'extra-index-url',
  'f',
  'find-links',
  'global-option',
  'i',
  'implementation',
  'index-url',
  'install-option',
  'no-binary',
  'only-binary',
  'pip-args',
  'platform',
  'prefix',
  'progress-bar',
  'proxy',
  'python',
  'python-version',
  'retries',
  'root',
  'root-user-action',
  'spec',
  'src',
  'suffix',
  't',
  'target',
  'timeout',
  'trusted-host',
  'upgrade-strategy',
]);

export const pinPipPackages = defineDockerfileRule({
  id: 'DL3013',
  name: 'pin-pip-packages',
  severity: 'warning',
  what: '`pip install` takes whatever version is there today.',
  why: 'The same Dockerfile builds another image tomorrow, and a taken-over package comes in at once.',
  fix: 'Write package==version, or install from a requirements or constraints file that has versions and hashes.',
  sources: ['hadolint DL3013'],
  bad: [
    'FROM python:3.12\nRUN pip install x\n',
    'FROM python:3.12\nRUN python3 -m pip install --prefix /y x==1 z\n',
    'FROM python:3.12\nRUN pipx install x\n',
    'FROM python:3.12\nRUN pip install git+ssh://git@e.org/a/b.git\n',
  ],
  good: [
    'FROM python:3.12\nRUN pip install x==1.2 "y>=2,<3" ./z a.whl\n',
    'FROM python:3.12\nRUN pip3 install --no-cache-dir -r requirements.txt\n',
    'FROM python:3.12\nRUN pip install -c constraints.txt x\n',
    'FROM python:3.12\nRUN pip install git+https://e.org/a/b.git@1234\n',
    'FROM python:3.12\nRUN pip list && echo pip install x\n',
  ],
  check: (subject) => findUnpinned(subject, { packagesOf, isPinned }),
});

function packagesOf(command: ShellCommand): readonly ShellWord[] {
  const args = isProgram(command, 'pipx') ? command.args : pipWords(command);
  const hasList = args?.some(({ value }) => /^(?:-r|-c|--requirement|--constraint)/.test(value));
  return args === null || hasList === true ? [] : operandsOfSubcommand({ args }, ['install'], VALUE_FLAGS);
}

function isPinned(text: string): boolean {
  const git = /^(?:[\w.[\],-]+\s*@\s*)?git\+[a-z]+:\/\/(?:[^/@]*@)?([^#]*)/.exec(text);
  if (git !== null) return git[1]?.includes('@') === true;
  return /[=<>~/]|!=|^\.|\.(?:whl|zip|tgz|tar(?:\.\w+)?)$/.test(text);
}

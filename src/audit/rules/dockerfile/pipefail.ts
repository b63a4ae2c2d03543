import type { InstructionOf } from '../../../dockerfile/model.ts';
import type { Scopes } from '../../../dockerfile/scopes.ts';
import { commandName } from '../../command-words.ts';
import type { RunCommand } from '../../dockerfile-subject.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const pipefail = defineDockerfileRule({
  id: 'DL4006',
  name: 'pipefail',
  severity: 'warning',
  what: 'A pipe hides the failure of all but its last command.',
  why: 'A download that fails half-way then builds an image all the same.',
  fix: 'Write SHELL ["/bin/bash", "-o", "pipefail", "-c"] in front, or set -o pipefail in the RUN.',
  sources: ['hadolint DL4006'],
  bad: [
    'FROM debian:12\nRUN wget -O - https://e.org | wc -l\n',
    'FROM debian:12\nSHELL ["/bin/sh", "-o", "pipefail", "-c"]\nRUN a | b\n',
  ],
  good: [
    'FROM debian:12\nSHELL ["/bin/bash", "-o", "pipefail", "-c"]\nRUN a | b\n',
    'FROM debian:12 AS x\nSHELL ["/bin/bash", "-eo", "pipefail", "-c"]\nFROM x\nRUN a | b\n',
    'FROM debian:12\nRUN set -euxo pipefail; a | b\n',
    'FROM debian:12\nRUN a || b\n',
    'FROM debian:12\nRUN ["a", "|", "b"]\n',
  ],
  *check({ commands, scopes }) {
    const done = new Set<unknown>();
    for (const { command, run } of commands) {
      if (done.has(run)) continue;
      if (setsPipefail({ command, run }) || shellHasPipefail(run, scopes)) done.add(run);
      else if (command.pipeline !== null) {
        done.add(run);
        yield { span: command.span };
      }
    }
  },
});

function setsPipefail({ command }: RunCommand): boolean {
  if (commandName(command) !== 'set') return false;
  return command.args.some(
    ({ value }, index) => value === 'pipefail' && /^-[a-z]*o$/.test(command.args[index - 1]?.value ?? ''),
  );
}

function shellHasPipefail(run: InstructionOf<'run'>, scopes: Scopes): boolean {
  const words = scopes.at(run).shell?.args.map(({ value }) => value) ?? [];
  const [program = '', ...options] = words;
  if (!/(?:^|[/\\])(?:bash|zsh|ash|ksh)$/.test(program)) return false;
  return options.some((word, index) => word === 'pipefail' && /^-[a-z]*o$/i.test(options[index - 1] ?? ''));
}

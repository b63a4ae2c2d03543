import type { InstructionOf } from '../../../dockerfile/model.ts';
import { hasFlag } from '../../command-words.ts';
import type { DockerfileSubject } from '../../dockerfile-subject.ts';
import { insertAt, safeFix } from '../../edits.ts';
import { isKeptOut } from '../../mounts.ts';
import { pipWords } from '../../pip-command.ts';
import { defineDockerfileRule } from '../../rule.ts';

const VARIABLE = 'PIP_NO_CACHE_DIR';

export const pipNoCache = defineDockerfileRule({
  id: 'DL3042',
  name: 'pip-no-cache',
  severity: 'warning',
  what: '`pip install` leaves its cache in the layer.',
  why: 'Every download then lies in the image twice.',
  fix: 'Add --no-cache-dir, or set PIP_NO_CACHE_DIR=1.',
  sources: ['hadolint DL3042'],
  bad: [
    'FROM python:3.12\nRUN pip install x==1\n',
    'FROM python:3.12\nENV PIP_NO_CACHE_DIR=off\nRUN python -m pip install x==1\n',
  ],
  good: [
    'FROM python:3.12\nRUN pip install --no-cache-dir x==1\n',
    'FROM python:3.12 AS a\nENV PIP_NO_CACHE_DIR=1\nFROM a\nRUN pip install x==1\n',
    'FROM python:3.12\nRUN PIP_NO_CACHE_DIR=1 pip install x==1 && pip list\n',
    'FROM python:3.12\nRUN --mount=type=cache,target=/root/.cache/pip pip install x==1\n',
  ],
  *check({ commands, scopes }) {
    const quiet = new Set<InstructionOf<'run'>>();
    for (const { command, run } of commands) {
      const assigned = command.assignments.findLast(({ name }) => name === VARIABLE)?.value?.value;
      const isForAll = assigned !== undefined && /^(?:export)?$/.test(command.name?.value ?? '');
      if (isForAll && isTrue(assigned)) quiet.add(run);
      const install = pipWords(command)?.find(({ value }) => !value.startsWith('-'));
      if (install?.value !== 'install' || hasFlag(command, 'no-cache-dir') || quiet.has(run)) continue;
      if (isTrue(assigned ?? scopes.lookupAt(run)(VARIABLE)) || isKeptInMount(run, scopes)) continue;
      yield run.form === 'exec'
        ? { span: command.span }
        : {
            span: command.span,
            fix: safeFix('Keep no cache.', insertAt(install.span.end, ' --no-cache-dir')),
          };
    }
  },
});

/** Words that pip reads as yes. A value that is not known is taken as meant. */
function isTrue(value: string | undefined): boolean {
  return value !== undefined && !/^(?:|0|off|no|false|n|f)$/i.test(value.trim());
}

function isKeptInMount(run: InstructionOf<'run'>, { lookupAt }: DockerfileSubject['scopes']): boolean {
  const folder = lookupAt(run)('PIP_CACHE_DIR') ?? '/root/.cache/pip';
  return isKeptOut(run, folder);
}

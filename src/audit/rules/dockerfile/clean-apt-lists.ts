import type { InstructionOf } from '../../../dockerfile/model.ts';
import { isProgram, operandsOf } from '../../command-words.ts';
import type { RunCommand } from '../../dockerfile-subject.ts';
import { insertAt, safeFix } from '../../edits.ts';
import { keptStages } from '../../kept-stages.ts';
import { canAppend } from '../../left-caches.ts';
import { isKeptOut } from '../../mounts.ts';
import { defineDockerfileRule, type Problem } from '../../rule.ts';

const LISTS = '/var/lib/apt/lists';

export const cleanAptLists = defineDockerfileRule({
  id: 'DL3009',
  name: 'clean-apt-lists',
  severity: 'info',
  what: 'The package lists that apt-get update fetched stay in the layer.',
  why: 'They make the image some 20 to 40 MB larger, and they are stale tomorrow.',
  fix: 'End the same RUN with rm -rf /var/lib/apt/lists/*.',
  sources: ['hadolint DL3009', 'dockle DKL-DI-0005'],
  bad: [
    'FROM debian:12\nRUN apt-get update && apt-get install -y x\n',
    'FROM debian:12 AS a\nRUN apt-get update\nFROM a\n',
    'FROM debian:12\nRUN --mount=type=cache,target=/var/cache/apt apt-get update\n',
  ],
  good: [
    'FROM debian:12\nRUN apt-get update && apt-get install -y x && rm -rf /var/lib/apt/lists/*\n',
    'FROM debian:12 AS a\nRUN apt-get update\nFROM debian:12\nCOPY --from=a /x /y\n',
    'FROM debian:12\nRUN --mount=type=cache,target=/var/lib/apt --mount=type=cache,target=/var/cache/apt apt-get update\n',
  ],
  *check(subject) {
    const kept = keptStages(subject);
    const byRun = Map.groupBy(subject.commands, ({ run }) => run);
    let keepsPackages = false;
    for (const [run, commands] of byRun) {
      keepsPackages ||= commands.some(removesDockerClean);
      const update = commands.find(isUpdate);
      if (update === undefined || commands.some(removesLists)) continue;
      const stage = subject.scopes.stageOf(run);
      if (!run.isTrigger && stage !== null && !kept.has(stage)) continue;
      if (isKeptOut(run, LISTS) && (!keepsPackages || isKeptOut(run, '/var/cache/apt'))) continue;
      yield { span: update.command.span, ...fixFor(run, commands) };
    }
  },
});

function isUpdate({ command }: RunCommand): boolean {
  return isProgram(command, 'apt-get', 'apt', 'aptitude') && operandsOf(command)[0]?.value === 'update';
}

function removesLists({ command }: RunCommand): boolean {
  return isProgram(command, 'rm') && command.args.some(({ value }) => value.startsWith(LISTS));
}

function removesDockerClean({ command }: RunCommand): boolean {
  return isProgram(command, 'rm') && command.args.some(({ value }) => value.endsWith('/docker-clean'));
}

function fixFor(run: InstructionOf<'run'>, commands: readonly RunCommand[]): Pick<Problem, 'fix'> {
  if (!canAppend(run, commands)) return {};
  return {
    fix: safeFix('Remove the lists in the same layer.', insertAt(run.span.end, ` && rm -rf ${LISTS}/*`)),
  };
}

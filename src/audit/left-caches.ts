import type { InstructionOf } from '../dockerfile/model.ts';
import type { ShellCommand } from '../dockerfile/shell/model.ts';
import { isProgram } from './command-words.ts';
import type { DockerfileSubject, RunCommand } from './dockerfile-subject.ts';
import { insertAt, safeFix } from './edits.ts';
import { isKeptOut } from './mounts.ts';
import type { Problem } from './rule.ts';

/** How one package manager fills its cache and empties it. */
export interface CacheHabit {
  readonly fills: (command: ShellCommand) => boolean;
  readonly cleans: (command: ShellCommand) => boolean;
  /** Where the cache is; a cache or tmpfs mounted on one of them keeps it out of the layer. */
  readonly folders: readonly string[];
  /** The command that empties it, for the fix. */
  readonly cleanCommand: (filling: ShellCommand) => string;
}

/** Each RUN that fills a cache and does not empty it afterwards; the place is the last command that filled it. */
export function* findLeftCaches(
  { commands }: Pick<DockerfileSubject, 'commands'>,
  { fills, cleans, folders, cleanCommand }: CacheHabit,
): Generator<Problem> {
  for (const [run, ofRun] of Map.groupBy(commands, (each) => each.run)) {
    let filling: ShellCommand | null = null;
    for (const { command } of ofRun)
      if (cleans(command)) filling = null;
      else if (fills(command)) filling = command;
    if (filling === null || folders.some((folder) => isKeptOut(run, folder))) continue;
    yield {
      span: filling.span,
      ...(canAppend(run, ofRun)
        ? {
            fix: safeFix(
              'Empty the cache in the same layer.',
              insertAt(run.span.end, ` && ${cleanCommand(filling)}`),
            ),
          }
        : {}),
    };
  }
}

/** Only behind a plain chain of `&&` does one more command keep the meaning. */
export function canAppend(run: InstructionOf<'run'>, commands: readonly RunCommand[]): boolean {
  return (
    run.form === 'shell' &&
    run.heredocs.length === 0 &&
    !/[#|;&]/.test(run.body.text.replaceAll('&&', '')) &&
    commands.every(({ command }) => command.depth === 0)
  );
}

/** Whether the command removes one of these folders or what is in it. */
export function removes(command: ShellCommand, folders: readonly string[]): boolean {
  return (
    isProgram(command, 'rm') &&
    command.args.some(({ value }) =>
      folders.some((folder) => value === folder || value.startsWith(`${folder}/`)),
    )
  );
}

import type { ShellCommand, ShellWord } from '../dockerfile/shell/model.ts';
import type { DockerfileSubject } from './dockerfile-subject.ts';
import { insertAt, safeFix } from './edits.ts';
import type { Problem } from './rule.ts';

/**
 * The commands that ask before they act. `questionOf` gives the word behind which ` -y` belongs, or null when the command
 * asks nothing.
 */
export function* findUnanswered(
  { commands }: Pick<DockerfileSubject, 'commands'>,
  questionOf: (command: ShellCommand) => ShellWord | null,
): Generator<Problem> {
  for (const { command, run } of commands) {
    const word = questionOf(command);
    if (word === null) continue;
    yield run.form === 'exec'
      ? { span: command.span }
      : { span: command.span, fix: safeFix('Answer yes.', insertAt(word.span.end, ' -y')) };
  }
}

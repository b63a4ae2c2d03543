import { spanIn } from '../../../dockerfile/mapped-text.ts';
import type { InstructionOf } from '../../../dockerfile/model.ts';
import type { DockerfileSubject } from '../../dockerfile-subject.ts';
import { replace, safeFix, unsafeFix } from '../../edits.ts';
import { defineDockerfileRule, type Problem } from '../../rule.ts';

export const execForm = defineDockerfileRule({
  id: 'DL3025',
  name: 'exec-form',
  severity: 'warning',
  what: 'The command is written as shell text, not as a JSON array.',
  why: 'A shell is then process 1: it does not pass SIGTERM on, so the program is killed instead of stopped.',
  fix: 'Write it as ["program", "argument"].',
  // BuildKit is silent where SHELL was set before, hadolint is not: that shell is process 1 all the same.
  sources: ['hadolint DL3025', 'BuildKit JSONArgsRecommended', 'OWASP-Node N5a'],
  bad: [
    'FROM debian:12\nCMD node server.js\n',
    'FROM debian:12\nENTRYPOINT node $X > log\n',
    'FROM debian:12\nCMD exit 1\n',
  ],
  good: [
    'FROM debian:12\nCMD ["node", "server.js"]\n',
    'FROM debian:12\nENTRYPOINT []\n',
    'FROM debian:12\nHEALTHCHECK CMD a || exit 1\n',
  ],
  *check(subject) {
    for (const instruction of subject.instructions('cmd', 'entrypoint'))
      if (instruction.form === 'shell' && instruction.body.text !== '')
        yield { span: instruction.span, ...fixFor(instruction, subject) };
  },
});

/** Words of the shell itself: there is no program of that name to start. */
const BUILTINS = new Set([
  '.',
  ':',
  'cd',
  'eval',
  'exec',
  'exit',
  'export',
  'read',
  'set',
  'source',
  'trap',
  'ulimit',
  'umask',
  'unset',
  'wait',
]);
/** Quotes that are letters to a shell; they are mended first, or a rule would lose sight of them. */
const TYPOGRAPHIC = /[\u02bb\u02bc\u2018-\u201f]/;

/** A plain command becomes its words; anything else is given to the shell by name, as Docker does without being asked. */
function fixFor(
  instruction: InstructionOf<'cmd' | 'entrypoint'>,
  subject: DockerfileSubject,
): Pick<Problem, 'fix'> {
  const { body, kind } = instruction;
  const place = spanIn(body, 0, body.text.length);
  const script = subject.scriptOf(instruction);
  if (script === null || script.unparsed.length > 0 || place.start.line !== place.end.line) return {};
  if (body.text.startsWith('[') || TYPOGRAPHIC.test(body.text)) return {};
  const shell = subject.scopes.at(instruction).shell?.args.map(({ value }) => value) ?? ['/bin/sh', '-c'];
  const array = plainWords(body.text) ?? [...shell, body.text];
  const text = `[${array.map((word) => JSON.stringify(word)).join(', ')}]`;
  const make = kind === 'cmd' ? safeFix : unsafeFix;
  return { fix: make('Write the command as a JSON array.', replace(place, text)) };
}

/** The words of a command that a shell would start just so; null when it would do more. */
function plainWords(text: string): readonly string[] | null {
  const words = text.split(/[ \t]+/);
  const [program = ''] = words;
  const isPlain =
    words.every((word) => /^[\w@%+:,./-]+$/.test(word)) && /^[\w./-]*[a-z\d][\w./-]*$/.test(program);
  return isPlain && !BUILTINS.has(program) && !RESERVED.has(program) ? words : null;
}

const RESERVED = new Set(['time', 'if', 'while', 'until', 'for', 'case', 'function', 'select']);

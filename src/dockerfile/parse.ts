import type { Span } from '../core/finding.ts';
import { DEFAULT_INTAKE_LIMITS } from '../core/limits.ts';
import { deepFreeze } from './deep-freeze.ts';
import { readDirectives } from './directives.ts';
import { createLineReader } from './line-reader.ts';
import type { Dockerfile, Instruction, InstructionOf, ParseProblem, Stage } from './model.ts';
import { parseInstruction } from './parse-instruction.ts';

/** BuildKit reads lines with Go's bufio.Scanner, which stops at a longer one. */
const MAX_LINE_BYTES = 65_535;
const START: Span = { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };

/**
 * The tree of a Dockerfile. `text` is untrusted: any text gives a tree, in linear time, and what Docker would not
 * read is in `problems`. A text above the limit of intake (256 KiB) is not read at all: one problem, no instructions.
 * Source: https://github.com/moby/buildkit/tree/master/frontend/dockerfile/parser
 */
export function parseDockerfile(text: string): Dockerfile {
  if (text.length > DEFAULT_INTAKE_LIMITS.dockerfileBytes) return deepFreeze(tooLarge(text));
  const { directives, escape: escapeChar, problems: directiveProblems } = readDirectives(text);
  const problems: ParseProblem[] = [...directiveProblems, ...findLongLines(text)];
  const reader = createLineReader(text, escapeChar);
  const context = {
    escapeChar,
    report: (problem: ParseProblem) => problems.push(problem),
    takeHeredoc: reader.takeHeredoc,
    end: () => {
      const { line, length } = reader.last();
      return { line, column: length + 1 };
    },
  };
  const instructions: Instruction[] = [];
  for (let line = reader.next(); line !== null; line = reader.next())
    instructions.push(parseInstruction(line, context));
  const { globalArgs, stages } = toStages(instructions);
  reportMissing(instructions, problems);
  return deepFreeze({
    kind: 'dockerfile',
    text,
    directives,
    escape: escapeChar,
    comments: reader.comments,
    globalArgs,
    stages,
    instructions,
    problems: problems.sort(
      (a, b) => a.span.start.line - b.span.start.line || a.span.start.column - b.span.start.column,
    ),
  });
}

function tooLarge(text: string): Dockerfile {
  const limit = DEFAULT_INTAKE_LIMITS.dockerfileBytes;
  const problem: ParseProblem = {
    code: 'too-large',
    message: `A Dockerfile of at most ${limit} characters was expected, got ${text.length}. It was not read.`,
    span: START,
  };
  return {
    kind: 'dockerfile',
    text,
    directives: [],
    escape: '\\',
    comments: [],
    globalArgs: [],
    stages: [],
    instructions: [],
    problems: [problem],
  };
}

function findLongLines(text: string): ParseProblem[] {
  if (text.length * 3 <= MAX_LINE_BYTES) return [];
  return text.split('\n').flatMap((line, index): ParseProblem[] => {
    const bytes = line.length * 3 <= MAX_LINE_BYTES ? 0 : Buffer.byteLength(line);
    if (bytes <= MAX_LINE_BYTES) return [];
    const place = { line: index + 1, column: 1 };
    return [
      {
        code: 'line-too-long',
        message: `A line of at most ${MAX_LINE_BYTES} bytes was expected, got ${bytes}: Docker does not read it. Break it with a backslash.`,
        span: { start: place, end: { line: index + 1, column: line.length + 1 } },
      },
    ];
  });
}

function toStages(instructions: readonly Instruction[]): Pick<Dockerfile, 'globalArgs' | 'stages'> {
  const globalArgs: InstructionOf<'arg'>[] = [];
  const stages: Stage[] = [];
  let members: Instruction[] = [];
  let from: InstructionOf<'from'> | null = null;

  const close = (): void => {
    const first = from ?? members[0];
    if (first === undefined) return;
    stages.push({
      kind: 'stage',
      index: stages.length,
      name: from?.alias?.value.toLowerCase() ?? null,
      from,
      instructions: members,
      span: { start: first.span.start, end: (members.at(-1) ?? first).span.end },
    });
    members = [];
  };

  for (const instruction of instructions) {
    if (instruction.kind === 'from') {
      close();
      from = instruction;
    } else if (instruction.kind === 'arg' && from === null && members.length === 0)
      globalArgs.push(instruction);
    else members.push(instruction);
  }
  close();
  return { globalArgs, stages };
}

function reportMissing(instructions: readonly Instruction[], problems: ParseProblem[]): void {
  if (instructions.length === 0)
    problems.push({ code: 'no-instructions', message: 'The file holds no instruction.', span: START });
  else if (!instructions.some(({ kind }) => kind === 'from'))
    problems.push({
      code: 'no-from',
      message: 'The file has no FROM, so there is nothing to build. Begin with FROM and an image.',
      span: instructions[0]?.span ?? START,
    });
}

import type { Span } from '../../../core/finding.ts';
import type { Instruction } from '../../../dockerfile/model.ts';
import { replace, safeFix } from '../../edits.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const noEmptyContinuation = defineDockerfileRule({
  id: 'DD1606',
  name: 'no-empty-continuation',
  severity: 'info',
  what: 'An empty line stands inside an instruction.',
  why: 'It looks like the end of the instruction, and builders mean to make it one.',
  fix: 'Take the empty line out, or put a # on it.',
  sources: ['BuildKit NoEmptyContinuation'],
  bad: ['FROM debian:12\nRUN x && \\\n\n  y\n', 'FROM debian:12\nCOPY a \\\n  \n\n /b\n'],
  good: ['FROM debian:12\nRUN x && \\\n#\n  y\n\nRUN z\n', 'FROM debian:12\nRUN <<EOF\nx\n\ny\nEOF\n'],
  *check({ dockerfile }) {
    const lines = dockerfile.text.split('\n');
    for (const instruction of dockerfile.instructions) {
      const { line: first } = instruction.span.start;
      const last = lastLineOf(instruction);
      const empty = lines
        .slice(first, last - 1)
        .flatMap((text, index) => (text.trim() === '' ? [wholeLine(first + 1 + index)] : []));
      const [span] = empty;
      if (span !== undefined)
        yield { span, fix: safeFix('Take the lines out.', ...empty.map((each) => replace(each, ''))) };
    }
  },
});

/** Of the instruction itself: empty lines of a heredoc are text. */
function lastLineOf({ span, heredocs }: Instruction): number {
  const [first] = heredocs;
  return first === undefined ? span.end.line : first.span.end.line;
}

/** A line with its end. */
function wholeLine(line: number): Span {
  return { start: { line, column: 1 }, end: { line: line + 1, column: 1 } };
}

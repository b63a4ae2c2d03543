/** A canonical text has it as its first line when the submitted one had it. */
const BACKTICK_DIRECTIVE = '# escape=`';

/** What a line is to a builder. */
export interface DockerfileLine {
  readonly raw: string;
  /** Without blanks around it. */
  readonly text: string;
  /** `skipped`: a comment or empty. `continued`: it goes on from a line before it. */
  readonly role: 'instruction' | 'continued' | 'skipped';
  /** The next line belongs to it. */
  readonly goesOn: boolean;
  /** Older builders read its end as a continuation, newer ones do not. */
  readonly isDoubtful: boolean;
}

/** The lines with their roles, as Docker's parser has them; there are no heredocs in a text for it. */
export function readLines(text: string): readonly DockerfileLine[] {
  const lines = text.split('\n');
  const isBacktick = lines[0] === BACKTICK_DIRECTIVE;
  const mark = isBacktick ? '`' : '\\';
  let isInside = false;
  return lines.map((raw, number) => {
    const trimmed = raw.trim();
    const isDirective = number === 0 && isBacktick;
    const isSkipped = trimmed === '' || trimmed.startsWith('#');
    const role = isSkipped ? 'skipped' : isInside ? 'continued' : 'instruction';
    const goesOn = !isSkipped && trimmed.endsWith(mark);
    if (!isSkipped) isInside = goesOn;
    return { raw, text: isDirective ? '' : trimmed, role, goesOn, isDoubtful: trimmed.endsWith(mark + mark) };
  });
}

import type { Position, Span } from '../core/finding.ts';

/** A text that was put together from parts of a file, e.g. an instruction whose lines were joined. Plain data. */
export interface MappedText {
  readonly text: string;
  /** In order; the first lies at 0. Each lies on one line of the file. */
  readonly pieces: readonly Piece[];
}

/** From index `at` of the joined text on, the characters are those of the file from this place on. */
export interface Piece extends Position {
  readonly at: number;
}

/** The place in the file of the character at `index`. */
export function positionIn({ pieces }: MappedText, index: number): Position {
  const piece = pieces[pieceAt(pieces, index)];
  if (piece === undefined) return { line: 1, column: 1 };
  return { line: piece.line, column: piece.column + (index - piece.at) };
}

/** The place in the file of `from` (inclusive) to `to` (exclusive). Ends at its last character, not at the next one. */
export function spanIn(mapped: MappedText, from: number, to: number): Span {
  const start = positionIn(mapped, from);
  if (to <= from) return { start, end: start };
  const last = positionIn(mapped, to - 1);
  return { start, end: { line: last.line, column: last.column + 1 } };
}

/** The part from `from` to `to`, still mapped. */
export function sliceMapped(mapped: MappedText, from: number, to: number): MappedText {
  const first = pieceAt(mapped.pieces, from);
  const last = pieceAt(mapped.pieces, Math.max(from, to - 1));
  const pieces = mapped.pieces
    .slice(first, last + 1)
    .map(({ at, line, column }) =>
      at < from ? { at: 0, line, column: column + (from - at) } : { at: at - from, line, column },
    );
  return { text: mapped.text.slice(from, to), pieces };
}

/** Without the blanks around it. */
export function trimMapped(mapped: MappedText): MappedText {
  const from = mapped.text.length - mapped.text.trimStart().length;
  const to = Math.max(from, mapped.text.trimEnd().length);
  return from === 0 && to === mapped.text.length ? mapped : sliceMapped(mapped, from, to);
}

/** One text after the other; nothing is put in between. */
export function joinMapped(parts: readonly MappedText[]): MappedText {
  let text = '';
  const pieces: Piece[] = [];
  for (const part of parts) {
    for (const { at, line, column } of part.pieces) pieces.push({ at: text.length + at, line, column });
    text += part.text;
  }
  return { text, pieces };
}

function pieceAt(pieces: readonly Piece[], index: number): number {
  let low = 0;
  let high = pieces.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((pieces[middle]?.at ?? 0) <= index) low = middle;
    else high = middle - 1;
  }
  return low;
}

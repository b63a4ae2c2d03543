import type { Position, Span } from '../core/finding.ts';

/** A character that is obeyed or unseen instead of shown. */
export interface InvisibleCharacter {
  /** e.g. `U+202E`. */
  readonly code: string;
  /** `bidi` reorders what a reader sees; `control` is obeyed by terminals; `invisible` is not seen at all. */
  readonly kind: 'bidi' | 'control' | 'invisible';
  readonly span: Span;
}

/**
 * Controls but tab and line end, every format character (bidirectional, zero-width, tags), separators, and the letters that
 * are drawn as nothing. A byte order mark in front of the file is none of them.
 * Source: CVE-2021-42574 (Trojan Source), Unicode Technical Report 36.
 */
const INVISIBLE =
  /(?![\t\n])(?:[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\u115f\u1160\u2800\u3164\uffa0]|\u034f|\u17b4|\u17b5|[\u180b-\u180d])/u;
const INVISIBLE_GLOBAL = new RegExp(INVISIBLE.source, 'gu');
const BIDI = /[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/;

/** Every one in `text`, at most `limit`. Untrusted; linear. */
export function findInvisibleCharacters(text: string, limit: number): readonly InvisibleCharacter[] {
  if (!INVISIBLE.test(text)) return [];
  const found: InvisibleCharacter[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    for (const { 0: character, index: at } of line.matchAll(INVISIBLE_GLOBAL)) {
      if (isExpected(character, { line, index, at })) continue;
      if (found.length === limit) return found;
      found.push(describe(character, { line: index + 1, column: at + 1 }));
    }
  }
  return found;
}

/** The end of a CRLF line, and a byte order mark in front of the file. */
function isExpected(
  character: string,
  { line, index, at }: { readonly line: string; readonly index: number; readonly at: number },
): boolean {
  return (
    (character === '\r' && at === line.length - 1) || (character === '\uFEFF' && index === 0 && at === 0)
  );
}

function describe(character: string, start: Position): InvisibleCharacter {
  const code = character.codePointAt(0) ?? 0;
  return {
    code: `U+${code.toString(16).toUpperCase().padStart(4, '0')}`,
    kind: BIDI.test(character) ? 'bidi' : /\p{Cc}/u.test(character) ? 'control' : 'invisible',
    span: { start, end: { line: start.line, column: start.column + character.length } },
  };
}

/** One word of a text: `text` is as written, from `from` to `to`. */
export interface Word {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/** What Go's unicode.IsSpace takes for a blank, which is not what JavaScript's `\s` takes for one. */
const BLANK = /[\t\n\v\f\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

export function isBlank(character: string | undefined): boolean {
  return character !== undefined && character !== '' && BLANK.test(character);
}

/** `text` without the blanks at its start, or on both sides. */
export function trimBlanks(text: string, side: 'start' | 'both'): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text[from])) from += 1;
  while (side === 'both' && to > from && isBlank(text[to - 1])) to -= 1;
  return text.slice(from, to);
}

/** The words between ASCII blanks; quotes mean nothing. FROM, COPY, EXPOSE and VOLUME are read so. */
export function splitWords(text: string): readonly Word[] {
  return Array.from(text.matchAll(/[^\t\v\f\r ]+/g), ({ 0: word, index }) => ({
    text: word,
    from: index,
    to: index + word.length,
  }));
}

/**
 * The words between blanks, where quotes and escapes keep blanks together. ENV, ARG and LABEL are read so, and there
 * the escape counts in single quotes too; a shell's words (`isShell`) take single quotes literally.
 */
export function splitQuotedWords(text: string, escapeChar: string, isShell = false): readonly Word[] {
  const words: Word[] = [];
  for (let at = skipBlanks(text, 0); at < text.length; ) {
    const to = endOfQuotedWord(text, at, { escapeChar, isShell });
    words.push({ text: text.slice(at, to), from: at, to });
    at = skipBlanks(text, to);
  }
  return words;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (at < text.length && isBlank(text[at])) at += 1;
  return at;
}

function endOfQuotedWord(
  text: string,
  from: number,
  { escapeChar, isShell }: { readonly escapeChar: string; readonly isShell: boolean },
): number {
  let quote = '';
  let at = from;
  for (; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (quote === '' && isBlank(character)) break;
    if (character === escapeChar && !(isShell && quote === "'")) at += 1;
    else quote = quoteAfter(character, quote);
  }
  return Math.min(at, text.length);
}

/** The open quote after `character`, or the empty string. */
export function quoteAfter(character: string, quote: string): string {
  if (quote !== '') return character === quote ? '' : quote;
  return character === '"' || character === "'" ? character : '';
}

/** `text` without quotes and escapes. Variables stay as they are written. An open quote is closed by the end. */
export function unquote(text: string, escapeChar: string): string {
  if (!text.includes('"') && !text.includes("'") && !text.includes(escapeChar)) return text;
  const parts: string[] = [];
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    const after = quoteAfter(character, quote);
    if (character === escapeChar && quote !== "'") {
      parts.push(readEscape(text[at + 1] ?? '', quote, escapeChar));
      at += 1;
    } else if (after === quote) parts.push(character);
    else quote = after;
  }
  return parts.join('');
}

/** What an escape and the character behind it stand for: in double quotes only a few characters can be escaped. */
export function readEscape(next: string, quote: string, escapeChar: string): string {
  const isTaken = quote === '' || next === '"' || next === '$' || next === escapeChar;
  return isTaken ? next : `${escapeChar}${next}`;
}

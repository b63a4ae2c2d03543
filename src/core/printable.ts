/**
 * Characters that a terminal, a log or a reader's eye would obey instead of show: controls, format characters
 * (bidirectional, zero-width, tags), lone surrogates, line separators. Source: CVE-2021-42574, ECMA-48.
 */
const UNPRINTABLE = /(?!\t)[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu;

/** Untrusted text made safe to show on one line: what can't be seen is written as `\x1b` or `\u{202e}`; tabs stay. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

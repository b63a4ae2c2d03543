/**
 * Characters that a terminal, a log or a reader's eye would obey instead of show: C0 and C1 controls, bidirectional
 * controls, zero-width ones, the tag block, lone surrogates. Source: CVE-2021-42574, ECMA-48.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNPRINTABLE =
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]|\p{Surrogate}/gu;

/** Untrusted text made safe to show on one line: what can't be seen is written as `\x1b` or `\u{202e}`; tabs stay. */
export function printable(text: string): string {
  return text.replaceAll(UNPRINTABLE, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}

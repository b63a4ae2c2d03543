import { isBlank, quoteAfter } from './words.ts';

/** A word of the form `--name[=value]`, unquoted, with where it stood. */
export interface FlagWord {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

/**
 * The flags at the start of what follows a keyword, and where the rest begins. `--` alone ends them.
 * Source: https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/split_command.go
 */
export function splitFlags(text: string): { readonly flags: readonly FlagWord[]; readonly rest: number } {
  const flags: FlagWord[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && isBlank(text[at])) at += 1;
    if (!text.startsWith('--', at)) return { flags, rest: at };
    const { value, to } = readFlag(text, at);
    if (value === '--') return { flags, rest: to };
    flags.push({ text: value, from: at, to });
    at = to;
  }
}

/** One word from `from` on; quotes are taken out and a backslash takes the next character as it is. */
function readFlag(text: string, from: number): { readonly value: string; readonly to: number } {
  const parts: string[] = [];
  let quote = '';
  let at = from;
  for (; at < text.length && (quote !== '' || !isBlank(text[at])); at += 1) {
    const character = text[at] ?? '';
    const after = quoteAfter(character, quote);
    if (character === '\\') {
      at += 1;
      parts.push(text[at] ?? '');
    } else if (after === quote) parts.push(character);
    else quote = after;
  }
  return { value: parts.join(''), to: Math.min(at, text.length) };
}

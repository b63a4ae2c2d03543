import { type MappedText, spanIn } from './mapped-text.ts';
import type { Argument } from './model.ts';

export type JsonForm =
  /** No JSON array: the shell form. */
  | { readonly kind: 'none' }
  | { readonly kind: 'strings'; readonly args: readonly Argument[] }
  /** Builders do not agree on what it is, or refuse it. */
  | { readonly kind: 'invalid'; readonly why: string };

const STRING = /"(?:[^"\\]|\\.)*"/y;

/** Reads `["a", "b"]`, the exec form. Untrusted; linear. */
export function readJsonForm(mapped: MappedText): JsonForm {
  const { text } = mapped;
  if (!/^\s*\[\s*["\]]/.test(text.slice(0, 256)) && !/^\s*\[/.test(text.slice(0, 256)))
    return { kind: 'none' };
  const parsed = parseJson(text);
  if (parsed === undefined)
    return startsWithArray(text)
      ? { kind: 'invalid', why: 'A JSON array must stand alone, but text follows it' }
      : { kind: 'none' };
  if (!Array.isArray(parsed) || !parsed.every((item) => typeof item === 'string'))
    return { kind: 'invalid', why: 'A JSON array of strings was expected, got other values in it' };
  return { kind: 'strings', args: stringsIn(mapped, parsed) };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function stringsIn(mapped: MappedText, values: readonly string[]): Argument[] {
  const args: Argument[] = [];
  let at = 0;
  for (const value of values) {
    STRING.lastIndex = mapped.text.indexOf('"', at);
    const raw = STRING.exec(mapped.text)?.[0] ?? '';
    const from = STRING.lastIndex - raw.length;
    at = from + raw.length;
    args.push({ text: raw, value, span: spanIn(mapped, from, at) });
  }
  return args;
}

/** Whether a complete array of strings opens the text. */
function startsWithArray(text: string): boolean {
  let at = text.indexOf('[') + 1;
  for (;;) {
    at = skipBlanks(text, at);
    STRING.lastIndex = at;
    const found = STRING.exec(text);
    if (found === null) return false;
    at = skipBlanks(text, at + found[0].length);
    if (text[at] === ']') return true;
    if (text[at] !== ',') return false;
    at += 1;
  }
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t' || text[at] === '\r') at += 1;
  return at;
}

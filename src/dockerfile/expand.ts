import { quoteAfter, readEscape } from './words.ts';

/** What a variable stands for: a text, or undefined when it isn't set or can't be known. */
export type Lookup = (name: string) => string | undefined;

export interface Expansion {
  /** Quotes and escapes are taken out. A reference that could not be resolved stays as written. */
  readonly text: string;
  /** Names that could not be resolved, once for each reference. */
  readonly unresolved: readonly string[];
}

/** A longer result is not made: each ENV could double the one before. */
const MAX_LENGTH = 65_536;
const MAX_DEPTH = 16;

/**
 * A word as Docker expands it: `$x`, `${x}`, `${x:-word}`, `${x-word}`, `${x:+word}`, `${x+word}`. Other forms
 * (`${x#…}`, `${x/…}`, `${x:?…}`) count as unresolved. Untrusted; bounded in depth and length.
 * Source: https://github.com/moby/buildkit/blob/master/frontend/dockerfile/shell/lex.go
 */
export function expandVariables(text: string, lookup: Lookup, escapeChar = '\\'): Expansion {
  if (!/["'$]/.test(text) && !text.includes(escapeChar)) return { text, unresolved: [] };
  const unresolved: string[] = [];
  const expanded = expandUntil({ text, lookup, escapeChar, unresolved, depth: 0 });
  return { text: expanded, unresolved };
}

interface Job {
  readonly text: string;
  readonly lookup: Lookup;
  readonly escapeChar: string;
  readonly unresolved: string[];
  readonly depth: number;
}

function expandUntil(job: Job): string {
  const { text } = job;
  const parts: string[] = [];
  let length = 0;
  let quote = '';
  for (let at = 0; at < text.length && length < MAX_LENGTH; ) {
    const character = text[at] ?? '';
    const after = quoteAfter(character, quote);
    const special = quote === "'" ? null : readSpecial(job, at, quote);
    const taken = special?.text ?? (after === quote ? character : '');
    if (special === null) quote = after;
    parts.push(taken);
    length += taken.length;
    at = special?.to ?? at + 1;
  }
  return parts.join('').slice(0, MAX_LENGTH);
}

interface Taken {
  readonly text: string;
  readonly to: number;
}

/** An escape or a reference at `from`, or null. */
function readSpecial(job: Job, from: number, quote: string): Taken | null {
  const character = job.text[from] ?? '';
  if (character === '$') return readReference(job, from);
  if (character !== job.escapeChar) return null;
  return { text: readEscape(job.text[from + 1] ?? '', quote, job.escapeChar), to: from + 2 };
}

const NAME = /(?:[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?!$-])/y;

/** The reference that begins with the `$` at `from`. */
function readReference(job: Job, from: number): Taken {
  const isBraced = job.text[from + 1] === '{';
  NAME.lastIndex = from + (isBraced ? 2 : 1);
  const name = NAME.exec(job.text)?.[0];
  if (name === undefined) return { text: '$', to: from + 1 };
  const afterName = NAME.lastIndex;
  const value = job.lookup(name);
  if (!isBraced) {
    if (value === undefined) job.unresolved.push(name);
    return { text: value ?? job.text.slice(from, afterName), to: afterName };
  }
  const close = findClose(job.text, afterName, job.depth);
  if (close < 0) {
    job.unresolved.push(name);
    return { text: job.text.slice(from), to: job.text.length };
  }
  const resolved = applyOperator(job, { value, operation: job.text.slice(afterName, close) });
  if (resolved === undefined) job.unresolved.push(name);
  return { text: resolved ?? job.text.slice(from, close + 1), to: close + 1 };
}

function findClose(text: string, from: number, depth: number): number {
  let open = 0;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '{') open += 1;
    else if (text[at] === '}') {
      if (open === 0) return at;
      open -= 1;
    }
    if (open + depth > MAX_DEPTH) return -1;
  }
  return -1;
}

/** `operation` is what stands between the name and the closing brace. */
function applyOperator(
  job: Job,
  { value, operation }: { readonly value: string | undefined; readonly operation: string },
): string | undefined {
  if (operation === '') return value;
  const [, colon = '', sign = ''] = /^(:?)([-+])/.exec(operation) ?? [];
  if (sign === '') return undefined;
  const isSet = value !== undefined && (colon === '' || value !== '');
  if (sign === '-' && isSet) return value;
  if (sign === '+' && !isSet) return '';
  return expandUntil({ ...job, text: operation.slice(colon.length + 1), depth: job.depth + 1 });
}

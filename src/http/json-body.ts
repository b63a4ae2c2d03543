import { isUtf8 } from 'node:buffer';
import { DrydockError } from '../core/errors.ts';

/** Deeper than any body that is taken here. */
const MAX_DEPTH = 8;
/** A submission has four. */
const MAX_KEYS = 64;

/**
 * The value of a JSON text, untrusted and as large as a body may be. Refused before anything is built: more than
 * 8 levels, more than 64 keys, a key twice in one object (RFC 8259 leaves open which one counts), `__proto__`.
 * Throws `json-invalid`.
 */
export function parseJsonBody(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw notJson('UTF-8 was expected');
  const text = bytes.toString('utf8');
  assertPlainShape(text);
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    throw notJson(text.trim() === '' ? 'the body is empty' : 'it does not parse', error);
  }
}

/** One pass over the text's brackets and strings; what is not JSON at all is left to the parser. */
function assertPlainShape(text: string): void {
  const token = /["{}[\]]/g;
  const open: (Set<string> | null)[] = [];
  let keys = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (match[0] === '"') {
      const end = endOfString(text, token.lastIndex) + 1;
      const inside = open.at(-1);
      if (inside && isKey(text, end)) {
        keys += 1;
        addKey(inside, text.slice(match.index, end));
      }
      token.lastIndex = end;
    } else if (match[0] === '}' || match[0] === ']') open.pop();
    else open.push(match[0] === '{' ? new Set() : null);
    assertModest(open.length, keys);
  }
}

function assertModest(depth: number, keys: number): void {
  if (depth > MAX_DEPTH) throw notJson(`it is nested deeper than ${MAX_DEPTH} levels`);
  if (keys > MAX_KEYS) throw notJson(`it has more than ${MAX_KEYS} keys`);
}

function addKey(keys: Set<string>, quoted: string): void {
  const key = unquote(quoted);
  if (key === '__proto__') throw notJson('it has the key __proto__');
  if (keys.has(key)) throw notJson(`it has the key ${JSON.stringify(key.slice(0, 60))} twice`);
  keys.add(key);
}

function unquote(quoted: string): string {
  if (!quoted.includes('\\')) return quoted.slice(1, -1);
  try {
    return String(JSON.parse(quoted));
  } catch (error) {
    throw notJson('it does not parse', error);
  }
}

/** Where the closing quote stands; the end of the text when there is none. */
function endOfString(text: string, from: number): number {
  for (let quote = text.indexOf('"', from); quote >= 0; quote = text.indexOf('"', quote + 1)) {
    let backslashes = 0;
    while (text[quote - 1 - backslashes] === '\\' && quote - 1 - backslashes >= from) backslashes += 1;
    if (backslashes % 2 === 0) return quote;
  }
  return text.length;
}

function isKey(text: string, from: number): boolean {
  if (text[from] === ':') return true;
  const blank = /[ \t\r\n]*/y;
  blank.lastIndex = from;
  blank.exec(text);
  return text[blank.lastIndex] === ':';
}

function notJson(got: string, cause?: unknown): DrydockError {
  return new DrydockError(
    'json-invalid',
    `One JSON object was expected as the body, but ${got}.`,
    cause === undefined ? undefined : { cause },
  );
}

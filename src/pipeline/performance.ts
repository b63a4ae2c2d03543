/** What /data/perf.json says. */
export type PerformanceReading =
  | { readonly status: 'number'; readonly performance: number; readonly warnings: readonly string[] }
  /** It was there but can't be used; `why` says what was found and what was expected. */
  | { readonly status: 'unusable'; readonly why: string };

/** U+02BB, U+02BC, U+2018, U+2019 and U+201C, U+201D: what word processors make of ' and ". */
const SINGLE = /[\u02bb\u02bc\u2018\u2019]/g;
const DOUBLE = /[\u201c\u201d]/g;
const FORM = 'expected {"perf": <number>} or a bare number';

/**
 * Reads the content of /data/perf.json, at most 64 KiB, written by the untrusted program.
 * Typographic quotes are read as ASCII ones with a warning, so that the seed's own example counts.
 * Never throws.
 */
export function readPerformance(content: Uint8Array): PerformanceReading {
  const decoded = decode(content);
  if (decoded === null) return unusable('it is not UTF-8');
  const { text, warnings } = straighten(decoded.trim());
  if (text === '') return unusable('it is empty');
  const value = parse(text);
  if (value === undefined) return unusable(`it is not JSON: ${excerpt(decoded)}`);
  if (typeof value === 'number') return finite(value, warnings);
  if (!isObject(value)) return unusable(`it is ${kindOf(value)}`);
  return readObject(value, topLevelKeys(text), warnings);
}

function readObject(value: object, keys: readonly string[], warnings: readonly string[]): PerformanceReading {
  if (keys.filter((key) => key === 'perf').length > 1) return unusable('the key "perf" stands there twice');
  if (!Object.hasOwn(value, 'perf')) {
    return unusable(
      `the key "perf" is missing (it has ${keys.slice(0, 5).map(excerpt).join(', ') || 'no keys'})`,
    );
  }
  const perf: unknown = Reflect.get(value, 'perf');
  if (typeof perf !== 'number') return unusable(`"perf" is ${kindOf(perf)}, not a number`);
  const others = keys
    .filter((key) => key !== 'perf')
    .slice(0, 5)
    .map(excerpt);
  const ignored = others.length === 0 ? [] : [`Other keys of perf.json were ignored: ${others.join(', ')}.`];
  return finite(perf, [...warnings, ...ignored]);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

function decode(content: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(content);
  } catch {
    return null;
  }
}

function straighten(text: string): { readonly text: string; readonly warnings: readonly string[] } {
  const straight = text.replaceAll(SINGLE, "'").replaceAll(DOUBLE, '"');
  if (straight === text) return { text, warnings: [] };
  const unwrapped = /^'(.*)'$/s.exec(straight)?.[1] ?? straight;
  return {
    text: unwrapped.trim(),
    warnings: ['perf.json holds typographic quotes; they were read as \' and ". Use ASCII quotes.'],
  };
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function finite(performance: number, warnings: readonly string[]): PerformanceReading {
  return Number.isFinite(performance)
    ? { status: 'number', performance, warnings }
    : unusable('the number is not finite');
}

/** The keys of the outermost object in order, repeated ones repeated. `text` is valid JSON. */
function topLevelKeys(text: string): string[] {
  const keys: string[] = [];
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\]]/g)) {
    if (token === '{' || token === '[') depth += 1;
    else if (token === '}' || token === ']') depth -= 1;
    else if (depth === 1 && /^\s*:/.test(text.slice(index + token.length, index + token.length + 64)))
      keys.push(String(JSON.parse(token)));
  }
  return keys;
}

function unusable(why: string): PerformanceReading {
  return { status: 'unusable', why: `/data/perf.json can't be used: ${why}; ${FORM}.` };
}

function excerpt(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

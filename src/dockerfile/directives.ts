import type { Directive, ParseProblem } from './model.ts';

export interface Directives {
  readonly directives: readonly Directive[];
  readonly escape: '\\' | '`';
  readonly problems: readonly ParseProblem[];
}

/** A file that opens with more lines of comments than this has no directive further down. */
const MAX_LINES = 64;

/**
 * The parser directives, in every spelling that BuildKit looks for: `# key=`, after a shebang too, `// syntax=`, and a
 * JSON object with the key `syntax`. More is taken for one than BuildKit takes, never less: who hides a frontend is seen.
 * Source: https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/directives.go
 */
export function readDirectives(text: string): Directives {
  const lines = text.split('\n', MAX_LINES);
  const hash = readBlock(lines, '#', 'hash');
  const slashes = readBlock(lines, '//', 'slashes').directives.filter(({ name }) => name === 'syntax');
  const json = readJson(text);
  const escapeChar = hash.directives.find(({ name }) => name === 'escape')?.value;
  const problems = [...hash.problems];
  for (const { name, value, valueSpan } of hash.directives)
    if (name === 'escape' && value !== '\\' && value !== '`')
      problems.push({
        code: 'invalid-directive',
        message: `The escape directive takes \\ or \`, got ${JSON.stringify(value.slice(0, 40))}.`,
        span: valueSpan,
      });
  return {
    directives: [...hash.directives, ...slashes, ...json],
    escape: escapeChar === '`' ? '`' : '\\',
    problems,
  };
}

function readBlock(
  lines: readonly string[],
  prefix: string,
  form: 'hash' | 'slashes',
): Omit<Directives, 'escape'> {
  const directives: Directive[] = [];
  const problems: ParseProblem[] = [];
  for (const [index, raw] of lines.entries()) {
    const bom = index === 0 && raw.startsWith('\uFEFF') ? 1 : 0;
    if (index === 0 && raw.startsWith('#!', bom)) continue;
    const directive = readLine({ line: raw.slice(bom), shift: bom, number: index + 1, prefix, form });
    if (directive === null) break;
    if (directives.some(({ name }) => name === directive.name))
      problems.push({
        code: 'duplicate-directive',
        message: `The directive ${directive.name} stands twice; Docker refuses that. Keep one.`,
        span: directive.span,
      });
    else directives.push(directive);
  }
  return { directives, problems };
}

interface DirectiveLine {
  readonly line: string;
  /** Characters cut off in front of `line`. */
  readonly shift: number;
  readonly number: number;
  readonly prefix: string;
  readonly form: 'hash' | 'slashes';
}

function readLine({ line, shift, number, prefix, form }: DirectiveLine): Directive | null {
  const indent = line.length - line.trimStart().length;
  const equals = line.indexOf('=');
  if (!line.startsWith(prefix, indent) || equals < 0) return null;
  const name = line
    .slice(indent + prefix.length, equals)
    .trim()
    .toLowerCase();
  const rest = line.slice(equals + 1);
  const value = rest.trim();
  if (value === '' || (name !== 'syntax' && name !== 'escape' && name !== 'check')) return null;
  const from = equals + 1 + (rest.length - rest.trimStart().length);
  const place = (at: number) => ({ line: number, column: shift + at + 1 });
  const end = place(from + value.length);
  return {
    kind: 'directive',
    name,
    value,
    form,
    span: { start: place(indent), end },
    valueSpan: { start: place(from), end },
  };
}

function readJson(text: string): Directive[] {
  const head = text
    .slice(0, 4096)
    .replace(/^\uFEFF/, '')
    .replace(/^#![^\n]*\n/, '');
  if (!head.trimStart().startsWith('{')) return [];
  const match = /"syntax"\s{0,64}:\s{0,64}"([^"\n]{1,512})"/i.exec(head);
  if (match === null) return [];
  const [whole, value = ''] = match;
  const before = text.slice(0, text.indexOf(whole)).split('\n');
  const start = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  const inner = whole.split('\n');
  const last = inner.at(-1) ?? '';
  const end = {
    line: start.line + inner.length - 1,
    column: (inner.length === 1 ? start.column : 1) + last.length,
  };
  const span = { start, end };
  return [{ kind: 'directive', name: 'syntax', value, form: 'json', span, valueSpan: span }];
}

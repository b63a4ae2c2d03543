import { splitQuotedWords, unquote } from './words.ts';

/** What a word `<<NAME` announces. `from` and `to` are its place in the line. */
export interface HeredocStart {
  readonly name: string;
  readonly fileDescriptor: number;
  readonly stripsTabs: boolean;
  readonly expands: boolean;
  readonly from: number;
  readonly to: number;
}

const HEREDOC = /^(\d*)<<(-?)([^<]+)$/;

/**
 * The heredocs that a line announces, in order. BuildKit takes a word for one only when it begins with `<<` (or
 * a file descriptor), whatever a shell would say; the backslash is its escape also where the file declares another.
 * Source: https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/parser.go
 */
export function findHeredocs(line: string): readonly HeredocStart[] {
  if (!line.includes('<<')) return [];
  const found: HeredocStart[] = [];
  for (const { text, from, to } of splitQuotedWords(line, '\\', true)) {
    const match = HEREDOC.exec(text);
    if (match === null) continue;
    const [, descriptor = '', dash = '', rest = ''] = match;
    const name = unquote(rest, '\\');
    if (name === '') continue;
    found.push({
      name,
      fileDescriptor: descriptor === '' ? 0 : Number(descriptor.slice(0, 9)),
      stripsTabs: dash === '-',
      expands: name === rest,
      from,
      to,
    });
  }
  return found;
}

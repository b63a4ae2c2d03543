import type { MappedText, Piece } from './mapped-text.ts';
import type { Comment } from './model.ts';
import { trimBlanks } from './words.ts';

export interface HeredocLines {
  readonly body: MappedText;
  readonly isTerminated: boolean;
}

/** Reads a file line by line as BuildKit does. One pass; every line is looked at once. */
export interface LineReader {
  /** The next instruction's text, or null at the end. Comments on the way are collected. */
  next(): MappedText | null;
  /** The lines up to the one that is `name` alone, which is taken too. */
  takeHeredoc(name: string, stripsTabs: boolean): HeredocLines;
  /** The line taken last, from 1, and its length without its end. */
  last(): { readonly line: number; readonly length: number };
  readonly comments: readonly Comment[];
}

/**
 * `text` is untrusted. `escapeChar` continues a line when it stands at its end.
 * Source: https://github.com/moby/buildkit/blob/master/frontend/dockerfile/parser/parser.go
 */
export function createLineReader(text: string, escapeChar: '\\' | '`'): LineReader {
  const file = new FileLines(text);
  return {
    comments: file.comments,
    next: () => {
      while (!file.isAtEnd()) {
        if (trimBlanks(file.content(), 'start') === '' || file.takeComment(false)) file.index += 1;
        else {
          const line = joinLines(file, escapeChar);
          if (line.text.trim() !== '') return line;
        }
      }
      return null;
    },
    takeHeredoc: (name, stripsTabs) => takeHeredoc(file, name, stripsTabs),
    last: () => ({
      line: file.index,
      length: file.column(file.index - 1) - 1 + file.content(file.index - 1).length,
    }),
  };
}

/** The physical lines and the place where reading stands. */
class FileLines {
  readonly comments: Comment[] = [];
  index = 0;
  readonly #lines: string[];
  readonly #endsWithLineEnd: boolean;

  constructor(text: string) {
    this.#lines = text.split('\n');
    this.#endsWithLineEnd = this.#lines.at(-1) === '';
    if (this.#endsWithLineEnd) this.#lines.pop();
  }

  isAtEnd(): boolean {
    return this.index >= this.#lines.length;
  }

  /** Without its end and without a byte order mark. */
  content(at = this.index): string {
    const line = this.#lines[at] ?? '';
    let to = line.length;
    while (line[to - 1] === '\r') to -= 1;
    return line.slice(this.column(at) - 1, to);
  }

  /** With its end, as it stands. */
  raw(): string {
    const line = this.#lines[this.index] ?? '';
    return this.index < this.#lines.length - 1 || this.#endsWithLineEnd ? `${line}\n` : line;
  }

  /** Where the content of a line begins: 1, or 2 behind a byte order mark. */
  column(at = this.index): number {
    return at === 0 && this.#lines[0]?.startsWith('\uFEFF') === true ? 2 : 1;
  }

  /** Notes the line as a comment when it is one. */
  takeComment(isInside: boolean): boolean {
    const content = this.content();
    const text = trimBlanks(content, 'start');
    if (!text.startsWith('#')) return false;
    const line = this.index + 1;
    const end = this.column() + content.length;
    this.comments.push({
      kind: 'comment',
      text: text.slice(1).trim(),
      span: { start: { line, column: end - text.length }, end: { line, column: end } },
      isInside,
    });
    return true;
  }
}

function joinLines(file: FileLines, escapeChar: string): MappedText {
  const pieces: Piece[] = [];
  const parts: string[] = [];
  let at = 0;
  for (let isFirst = true; !file.isAtEnd(); file.index += 1) {
    const content = file.content();
    const trimmed = trimBlanks(content, 'start');
    if (!isFirst && (trimmed === '' || file.takeComment(true))) continue;
    const shown = isFirst ? trimmed : content;
    const cut = continuationAt(shown, escapeChar);
    const part = shown.slice(0, cut ?? shown.length);
    const column = file.column() + (content.length - shown.length);
    if (part !== '') pieces.push({ at, line: file.index + 1, column });
    parts.push(part);
    at += part.length;
    isFirst = false;
    if (cut === null) {
      file.index += 1;
      break;
    }
  }
  return { text: parts.join(''), pieces };
}

function takeHeredoc(file: FileLines, name: string, stripsTabs: boolean): HeredocLines {
  const pieces: Piece[] = [];
  const parts: string[] = [];
  let at = 0;
  for (; !file.isAtEnd(); file.index += 1) {
    const content = file.content();
    if ((stripsTabs ? content.replace(/^\t+/, '') : content) === name) {
      file.index += 1;
      return { body: { text: parts.join(''), pieces }, isTerminated: true };
    }
    pieces.push({ at, line: file.index + 1, column: 1 });
    parts.push(file.raw());
    at += file.raw().length;
  }
  return { body: { text: parts.join(''), pieces }, isTerminated: false };
}

/** Where the continuation character stands at the end of `line`, or null. A doubled one does not continue. */
function continuationAt(line: string, escapeChar: string): number | null {
  let at = line.length - 1;
  while (line[at] === ' ' || line[at] === '\t') at -= 1;
  return line[at] === escapeChar && line[at - 1] !== escapeChar ? at : null;
}

import { type MappedText, spanIn } from '../mapped-text.ts';
import type { ShellWord } from './model.ts';

/** Reading went too deep, or a quote or bracket is never closed: the text from `from` on could not be read. */
export class ShellStop extends Error {
  readonly from: number;

  constructor(from: number) {
    super('The shell text could not be read.');
    this.from = from;
  }
}

/** What a scanner does when it meets `$(…)`, `<(…)` or backticks: reads the commands and leaves the cursor behind them. */
export type ReadSubstitution = (close: ')' | '`') => void;

/** Deeper nesting is not read: nobody writes it, and the stack is not endless. */
const MAX_NESTING = 60;

/** What ends a word where nothing is quoted. */
const META = /[ \t\r\n;&|<>()]/;

interface Marks {
  isQuoted: boolean;
  hasExpansion: boolean;
}

/** A cursor over a shell text that knows words, quotes and expansions. One pass; no character is read twice. */
export class ShellScanner {
  at = 0;
  /** Reading ends here; a heredoc's body is read with a nearer end. */
  end: number;
  /** Inside backticks an unescaped backtick ends everything. */
  isInBackticks = false;
  readonly text: string;
  readonly #mapped: MappedText;
  readonly #readSubstitution: ReadSubstitution;
  #nesting = 0;

  constructor(mapped: MappedText, readSubstitution: ReadSubstitution) {
    this.text = mapped.text;
    this.end = mapped.text.length;
    this.#mapped = mapped;
    this.#readSubstitution = readSubstitution;
  }

  isAtEnd(): boolean {
    return this.at >= this.end;
  }

  /** Whether `text` stands at the cursor. */
  sees(text: string): boolean {
    return this.at + text.length <= this.end && this.text.startsWith(text, this.at);
  }

  /** Goes over `text` when it stands at the cursor. */
  takes(text: string): boolean {
    if (!this.sees(text)) return false;
    this.at += text.length;
    return true;
  }

  /** The next characters, at most `length`. */
  peek(length: number): string {
    return this.text.slice(this.at, Math.min(this.end, this.at + length));
  }

  /** Reads one level deeper. Throws `ShellStop` when that is too deep. */
  nest(read: () => void): void {
    if (this.#nesting === MAX_NESTING) throw new ShellStop(this.at);
    this.#nesting += 1;
    read();
    this.#nesting -= 1;
  }

  /** Goes over blanks, continued lines and a comment, not over the end of the line. */
  skipBlanks(): void {
    for (; !this.isAtEnd(); this.at += 1) {
      const character = this.text[this.at];
      if (character === ' ' || character === '\t' || character === '\r') continue;
      if (character === '\\' && this.text[this.at + 1] === '\n') this.at += 1;
      else break;
    }
    if (this.text[this.at] === '#') this.#skipComment();
  }

  #skipComment(): void {
    while (!this.isAtEnd() && this.text[this.at] !== '\n' && !this.closesBackticks()) this.at += 1;
  }

  /** Whether a backtick at the cursor ends the substitution that is being read. */
  closesBackticks(): boolean {
    return this.isInBackticks && this.sees('`');
  }

  /** Whether a word could begin at the cursor. */
  seesWord(): boolean {
    if (this.isAtEnd() || this.closesBackticks()) return false;
    return !META.test(this.text[this.at] ?? '') || this.sees('<(') || this.sees('>(');
  }

  /** The word at the cursor; there must be one. */
  readWord(): ShellWord {
    const from = this.at;
    const parts: string[] = [];
    const marks = { isQuoted: false, hasExpansion: false };
    if (this.sees('<(') || this.sees('>(')) {
      this.at += 2;
      this.#substitute(')');
      marks.hasExpansion = true;
      parts.push(this.text.slice(from, this.at));
    }
    while (!this.isAtEnd() && !META.test(this.text[this.at] ?? '') && !this.closesBackticks())
      parts.push(this.#readPart(marks));
    return {
      text: this.text.slice(from, this.at),
      value: parts.join(''),
      ...marks,
      span: spanIn(this.#mapped, from, this.at),
    };
  }

  #readPart(marks: Marks): string {
    const character = this.text[this.at] ?? '';
    if (character === '$' || character === '`') return this.#readDollar(marks);
    if (character !== '\\' && character !== "'" && character !== '"') return this.#readPlain();
    marks.isQuoted = true;
    if (character === "'") return this.#readSingle();
    if (character === '"') return this.#readQuoted(marks);
    this.at += 2;
    const escaped = this.text[this.at - 1] ?? '';
    return escaped === '\n' ? '' : escaped;
  }

  /** `$'…'`, `$"…"`, or an expansion. */
  #readDollar(marks: Marks): string {
    if (!this.sees("$'") && !this.sees('$"')) return this.#readExpansion(marks);
    this.at += 1;
    marks.isQuoted = true;
    return this.sees("'") ? this.#readAnsi() : this.#readQuoted(marks);
  }

  #readPlain(): string {
    const from = this.at;
    while (!this.isAtEnd() && !/[ \t\r\n;&|<>()$`\\'"]/.test(this.text[this.at] ?? '')) this.at += 1;
    return this.text.slice(from, this.at);
  }

  #readSingle(): string {
    const from = this.at;
    const close = this.text.indexOf("'", from + 1);
    if (close < 0 || close >= this.end) throw new ShellStop(from);
    this.at = close + 1;
    return this.text.slice(from + 1, close);
  }

  #readAnsi(): string {
    const from = this.at;
    for (this.at += 1; !this.isAtEnd(); this.at += 1) {
      if (this.text[this.at] === '\\') this.at += 1;
      else if (this.text[this.at] === "'") {
        this.at += 1;
        return this.text.slice(from + 1, this.at - 1);
      }
    }
    throw new ShellStop(from);
  }

  /** What stands between double quotes, the quotes included; the value is without them. */
  #readQuoted(marks: Marks): string {
    const from = this.at;
    const parts: string[] = [];
    this.at += 1;
    while (!this.isAtEnd()) {
      const character = this.text[this.at] ?? '';
      if (character === '"') {
        this.at += 1;
        return parts.join('');
      }
      if (character === '\\') parts.push(this.#readEscapeInQuotes());
      else if (character === '$' || character === '`') parts.push(this.#readExpansion(marks));
      else parts.push(this.#readUntil(/["\\$`]/));
    }
    throw new ShellStop(from);
  }

  #readEscapeInQuotes(): string {
    const next = this.text[this.at + 1] ?? '';
    this.at += 2;
    if (next === '\n') return '';
    return next === '"' || next === '\\' || next === '$' || next === '`' ? next : `\\${next}`;
  }

  #readUntil(stop: RegExp): string {
    const from = this.at;
    while (!this.isAtEnd() && !stop.test(this.text[this.at] ?? '')) this.at += 1;
    return this.text.slice(from, this.at);
  }

  /** An expansion as it is written. A `$` that begins none is itself. */
  #readExpansion(marks: Marks): string {
    const from = this.at;
    if (this.takes('`')) {
      if (this.isInBackticks) throw new ShellStop(from);
      this.#substitute('`');
    } else if (this.takes('$((')) this.nest(() => this.skipArithmetic(2));
    else if (this.takes('$(')) this.#substitute(')');
    else if (this.takes('${')) this.nest(() => this.#skipBraces(from));
    else {
      this.at += 1;
      const name = /^(?:[A-Za-z_]\w*|[0-9@*#?!$-])/.exec(
        this.text.slice(this.at, Math.min(this.end, this.at + 200)),
      )?.[0];
      if (name === undefined) return '$';
      this.at += name.length;
    }
    marks.hasExpansion = true;
    return this.text.slice(from, this.at);
  }

  #substitute(close: ')' | '`'): void {
    const before = this.isInBackticks;
    this.isInBackticks = close === '`' || before;
    this.#readSubstitution(close);
    this.isInBackticks = before;
  }

  #skipBraces(from: number): void {
    let open = 1;
    while (!this.isAtEnd() && open > 0) {
      const character = this.text[this.at] ?? '';
      if (character === '{' || character === '}') {
        open += character === '{' ? 1 : -1;
        this.at += 1;
      } else this.#skipQuotedOrOne();
    }
    if (open > 0) throw new ShellStop(from);
  }

  /** Goes behind the brackets that close `open` open ones. */
  skipArithmetic(open: number): void {
    const from = this.at;
    let left = open;
    while (!this.isAtEnd() && left > 0) {
      const character = this.text[this.at] ?? '';
      if (character === '(' || character === ')') {
        left += character === '(' ? 1 : -1;
        this.at += 1;
      } else this.#skipQuotedOrOne();
    }
    if (left > 0) throw new ShellStop(from);
  }

  /** Goes over what is quoted or expanded at the cursor, else over one character. */
  #skipQuotedOrOne(): void {
    const character = this.text[this.at];
    const marks = { isQuoted: false, hasExpansion: false };
    if (character === '"') this.#readQuoted(marks);
    else if (character === '$' || character === '`') this.#readExpansion(marks);
    else if (character === '\\') this.at += 2;
    else this.at += 1;
  }

  /** Reads the substitutions in text that is like the inside of double quotes, up to the end. */
  readSubstitutions(): void {
    const marks = { isQuoted: false, hasExpansion: false };
    while (!this.isAtEnd()) {
      const character = this.text[this.at];
      if (character === '\\') this.at += 2;
      else if (character === '$' || character === '`') this.#readExpansion(marks);
      else this.at += 1;
    }
  }
}

import type { MappedText } from '../mapped-text.ts';
import { Drafts } from './drafts.ts';
import { HeredocQueue } from './heredoc-queue.ts';
import type { ShellCommand } from './model.ts';
import { addWord, readRedirect, readSimpleCommand, type SimpleCommandDeps } from './read-simple-command.ts';
import { ShellScanner, ShellStop } from './shell-scanner.ts';

/** What may end each part of a compound command, by the word that opens it. */
const OPENERS: ReadonlyMap<string, readonly string[]> = new Map([
  ['{', ['}']],
  ['if', ['then', 'elif', 'else', 'fi']],
  ['while', ['do', 'done']],
  ['until', ['do', 'done']],
]);
const CLOSERS = new Set(['}', 'then', 'elif', 'else', 'fi', 'do', 'done', 'esac']);
const LAST = new Set(['}', 'fi', 'done']);

/** Reads lists of commands by recursive descent and keeps every simple command that it meets. Throws `ShellStop`. */
export class ShellReader {
  readonly #mapped: MappedText;
  readonly #scanner: ShellScanner;
  readonly #drafts = new Drafts();
  readonly #deps: SimpleCommandDeps;

  constructor(mapped: MappedText) {
    this.#mapped = mapped;
    this.#scanner = new ShellScanner(mapped, (close) => this.#readSubstitution(close));
    this.#deps = { scanner: this.#scanner, mapped, heredocs: new HeredocQueue(this.#scanner) };
  }

  /** Reads the whole text. */
  readAll(): void {
    this.#readList([]);
    if (!this.#scanner.isAtEnd()) throw new ShellStop(this.#scanner.at);
  }

  /** The commands read so far, in the order of the text. */
  finish(): readonly ShellCommand[] {
    return this.#drafts.finish(this.#mapped);
  }

  /** Pipelines up to one of the words of `stops`, which is taken and given back; empty: up to what closes a bracket. */
  #readList(stops: readonly string[]): string {
    const scanner = this.#scanner;
    for (;;) {
      this.#skipSeparators();
      if (scanner.isAtEnd() || scanner.sees(')') || scanner.closesBackticks()) return '';
      const word = this.#peekKeyword();
      if (stops.includes(word)) {
        scanner.at += word.length;
        return word;
      }
      if (CLOSERS.has(word) || scanner.sees(';;')) throw new ShellStop(scanner.at);
      this.#readPipeline();
    }
  }

  #skipSeparators(): void {
    while (this.#skipSeparator());
  }

  #skipSeparator(): boolean {
    const scanner = this.#scanner;
    const drafts = this.#drafts;
    scanner.skipBlanks();
    if (scanner.takes('\n')) {
      drafts.joinedBy ??= drafts.count > 0 ? ';' : null;
      this.#deps.heredocs.readBodies();
      return true;
    }
    if (scanner.sees(';;') || scanner.sees(';&') || scanner.sees('&>')) return false;
    if (scanner.takes('&&')) drafts.joinedBy = '&&';
    else if (scanner.takes('||')) drafts.joinedBy = '||';
    else if (scanner.takes(';') || scanner.takes('&')) drafts.joinedBy = ';';
    else return false;
    return true;
  }

  #skipLineEnds(): void {
    for (this.#scanner.skipBlanks(); this.#scanner.takes('\n'); this.#scanner.skipBlanks())
      this.#deps.heredocs.readBodies();
  }

  /** The word at the cursor when it is letters or braces alone, so that it may be reserved. */
  #peekKeyword(): string {
    return /^(?:[a-z]+|[{}!]|\[\[)(?=[\s;&|<>()`]|$)/.exec(this.#scanner.peek(12))?.[0] ?? '';
  }

  #readPipeline(): void {
    const scanner = this.#scanner;
    const starts: number[] = [];
    do {
      const from = scanner.at;
      starts.push(this.#drafts.count);
      this.#readCommand();
      if (scanner.at === from) throw new ShellStop(from);
      scanner.skipBlanks();
    } while (this.#takesPipe());
    this.#drafts.joinPipeline(starts);
  }

  #takesPipe(): boolean {
    const scanner = this.#scanner;
    if (scanner.sees('||') || !(scanner.takes('|&') || scanner.takes('|'))) return false;
    this.#drafts.joinedBy = '|';
    this.#skipLineEnds();
    return true;
  }

  #readCommand(): void {
    this.#skipModifiers();
    const keyword = this.#peekKeyword();
    if (this.#readCompound(keyword)) {
      const owner = this.#drafts.last() ?? this.#drafts.open(this.#scanner.at);
      do this.#scanner.skipBlanks();
      while (readRedirect(owner, this.#deps));
    } else if (readSimpleCommand(this.#drafts.open(this.#scanner.at), this.#deps)) {
      this.#drafts.drop();
      this.#nest(() => this.#readBody());
    }
  }

  /** `!` and `time` in front of a command. */
  #skipModifiers(): void {
    for (let word = this.#peekKeyword(); word === '!' || word === 'time'; word = this.#peekKeyword()) {
      this.#scanner.at += word.length;
      this.#scanner.skipBlanks();
    }
  }

  /** Reads what is no simple command; false when it is one. */
  #readCompound(keyword: string): boolean {
    const scanner = this.#scanner;
    const stops = OPENERS.get(keyword);
    if (stops !== undefined) this.#nest(() => this.#readParts(keyword, stops));
    else if (keyword === 'for' || keyword === 'select') this.#nest(() => this.#readFor());
    else if (keyword === 'case') this.#nest(() => this.#readCase());
    else if (keyword === 'function') this.#nest(() => this.#readFunction());
    else if (keyword === '[[') this.#readCondition();
    else if (scanner.takes('((')) scanner.skipArithmetic(2);
    else if (scanner.sees('(')) this.#nest(() => this.#readBracket());
    else return false;
    return true;
  }

  #nest(read: () => void): void {
    this.#drafts.depth += 1;
    this.#scanner.nest(read);
    this.#drafts.depth -= 1;
  }

  #readParts(opener: string, stops: readonly string[]): void {
    const from = this.#scanner.at;
    this.#scanner.at += opener.length;
    let word = '';
    do {
      word = this.#readList(stops);
      if (word === '') throw new ShellStop(from);
    } while (!LAST.has(word));
  }

  #readBracket(): void {
    const from = this.#scanner.at;
    this.#scanner.at += 1;
    this.#readList([]);
    if (!this.#scanner.takes(')')) throw new ShellStop(from);
  }

  /** `for x in words; do … done`. */
  #readFor(): void {
    const scanner = this.#scanner;
    const from = scanner.at;
    scanner.at += this.#peekKeyword().length;
    scanner.skipBlanks();
    if (scanner.takes('((')) scanner.skipArithmetic(2);
    for (;;) {
      this.#skipSeparators();
      const word = this.#peekKeyword();
      if (word === 'do' || word === '{') {
        scanner.at += word.length;
        if (this.#readList([word === 'do' ? 'done' : '}']) === '') throw new ShellStop(from);
        return;
      }
      if (!scanner.seesWord()) throw new ShellStop(from);
      scanner.readWord();
    }
  }

  /** `case word in pattern) list ;; … esac`. */
  #readCase(): void {
    const scanner = this.#scanner;
    const from = scanner.at;
    scanner.at += 'case'.length;
    this.#demandWord(from);
    this.#skipLineEnds();
    if (this.#peekKeyword() !== 'in') throw new ShellStop(from);
    scanner.at += 'in'.length;
    for (this.#skipLineEnds(); this.#peekKeyword() !== 'esac'; this.#skipLineEnds()) {
      this.#readPatterns(from);
      if (this.#readItem()) return;
    }
    scanner.at += 'esac'.length;
  }

  #readPatterns(from: number): void {
    const scanner = this.#scanner;
    scanner.takes('(');
    do {
      this.#demandWord(from);
      scanner.skipBlanks();
    } while (scanner.takes('|'));
    if (!scanner.takes(')')) throw new ShellStop(from);
  }

  #demandWord(from: number): void {
    this.#scanner.skipBlanks();
    if (!this.#scanner.seesWord()) throw new ShellStop(from);
    this.#scanner.readWord();
  }

  /** The list of one pattern. True when `esac` ended it and all. */
  #readItem(): boolean {
    const scanner = this.#scanner;
    for (;;) {
      this.#skipSeparators();
      if (scanner.takes(';;&') || scanner.takes(';;') || scanner.takes(';&')) return false;
      const word = this.#peekKeyword();
      if (word === 'esac') {
        scanner.at += word.length;
        return true;
      }
      if (scanner.isAtEnd() || scanner.sees(')') || CLOSERS.has(word)) throw new ShellStop(scanner.at);
      this.#readPipeline();
    }
  }

  #readFunction(): void {
    const scanner = this.#scanner;
    const from = scanner.at;
    scanner.at += 'function'.length;
    this.#demandWord(from);
    scanner.skipBlanks();
    if (scanner.takes('(')) scanner.skipArithmetic(1);
    this.#readBody();
  }

  #readBody(): void {
    this.#skipLineEnds();
    this.#readCommand();
  }

  /** `[[ … ]]`: its words, where `<`, `(` and `&&` are no operators. */
  #readCondition(): void {
    const scanner = this.#scanner;
    const draft = this.#drafts.open(scanner.at);
    while (!scanner.isAtEnd()) {
      this.#skipLineEnds();
      const from = scanner.at;
      if (scanner.seesWord()) {
        const word = scanner.readWord();
        addWord(draft, word, { from, to: scanner.at });
        if (word.text === ']]') return;
      } else scanner.at += 1;
    }
    throw new ShellStop(draft.from);
  }

  #readSubstitution(close: ')' | '`'): void {
    const from = this.#scanner.at;
    this.#drafts.inSubstitution(() =>
      this.#nest(() => {
        this.#readList([]);
        if (!this.#scanner.takes(close)) throw new ShellStop(from);
      }),
    );
  }
}

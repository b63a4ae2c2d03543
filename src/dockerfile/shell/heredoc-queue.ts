import type { ShellWord } from './model.ts';
import { type ShellScanner, ShellStop } from './shell-scanner.ts';

interface Announced {
  readonly name: string;
  readonly stripsTabs: boolean;
  /** The name was not quoted: the shell expands the body. */
  readonly expands: boolean;
}

/** Heredocs whose bodies begin behind the end of the line that announced them. */
export class HeredocQueue {
  #announced: Announced[] = [];
  readonly #scanner: ShellScanner;

  constructor(scanner: ShellScanner) {
    this.#scanner = scanner;
  }

  announce({ value, isQuoted }: ShellWord, stripsTabs: boolean): void {
    this.#announced.push({ name: value, stripsTabs, expands: !isQuoted });
  }

  /** Goes over the bodies, and reads the substitutions in those that the shell expands. Throws `ShellStop`. */
  readBodies(): void {
    const announced = this.#announced;
    this.#announced = [];
    for (const heredoc of announced) {
      const { from, to } = this.#takeLines(heredoc);
      if (heredoc.expands) this.#readBody(from, to);
    }
  }

  #takeLines({ name, stripsTabs }: Announced): { readonly from: number; readonly to: number } {
    const scanner = this.#scanner;
    const from = scanner.at;
    while (!scanner.isAtEnd()) {
      const lineStart = scanner.at;
      const found = scanner.text.indexOf('\n', lineStart);
      const lineEnd = found < 0 || found > scanner.end ? scanner.end : found;
      scanner.at = Math.min(lineEnd + 1, scanner.end);
      const line = scanner.text.slice(lineStart, lineEnd).replace(/\r$/, '');
      if ((stripsTabs ? line.replace(/^\t+/, '') : line) === name) return { from, to: lineStart };
    }
    throw new ShellStop(from);
  }

  #readBody(from: number, to: number): void {
    const scanner = this.#scanner;
    const { at, end } = scanner;
    scanner.at = from;
    scanner.end = to;
    scanner.readSubstitutions();
    scanner.at = at;
    scanner.end = end;
  }
}

import { fileURLToPath } from 'node:url';
import type { Parser } from 'web-tree-sitter';
import { deepFreeze } from '../deep-freeze.ts';
import { type MappedText, spanIn } from '../mapped-text.ts';
import { collectCommands } from './collect-commands.ts';
import type { ShellScript } from './model.ts';
import { copyTree, type SyntaxNode } from './syntax-node.ts';

export interface ShellParser {
  /**
   * The commands of a shell text. Untrusted: what can't be read in the time it has, or is no shell, comes back as
   * `unparsed`, never as an error. `timeoutMs` is 250 unless said
   * otherwise; with 0 nothing is read.
   */
  parse(text: MappedText, options?: { readonly timeoutMs?: number }): ShellScript;
}

/** A longer text is not read. Docker itself reads no line above 64 KiB; a heredoc may be longer. */
const MAX_LENGTH = 65_536;
/** On garbage the parser's error recovery takes quadratic time: 60,000 closing brackets took 110 s. */
const DEFAULT_TIMEOUT_MS = 250;

let loading: Promise<() => Parser> | undefined;

/** Loads the shell's grammar (about 40 ms, once for the process) and gives a parser. Source: tree-sitter-bash. */
export async function createShellParser(): Promise<ShellParser> {
  loading ??= load();
  const parser = (await loading)();
  return { parse: (text, options) => parse(parser, text, options?.timeoutMs ?? DEFAULT_TIMEOUT_MS) };
}

async function load(): Promise<() => Parser> {
  const { Language, Parser: ParserClass } = await import('web-tree-sitter');
  await ParserClass.init();
  const wasm = import.meta.resolve('tree-sitter-bash/tree-sitter-bash.wasm');
  const language = await Language.load(fileURLToPath(wasm));
  return () => new ParserClass().setLanguage(language);
}

function parse(parser: Parser, mapped: MappedText, timeoutMs: number): ShellScript {
  const isReadable = mapped.text.length <= MAX_LENGTH && timeoutMs > 0;
  const root = isReadable ? readTree(parser, mapped.text, timeoutMs) : null;
  const found =
    root === null
      ? { commands: [], unparsed: [spanIn(mapped, 0, mapped.text.length)] }
      : collectCommands(mapped, root);
  return deepFreeze({ kind: 'script', ...found });
}

function readTree(parser: Parser, text: string, timeoutMs: number): SyntaxNode | null {
  const deadline = performance.now() + timeoutMs;
  const tree = parser.parse(text, null, { progressCallback: () => performance.now() > deadline });
  if (tree === null) {
    parser.reset();
    return null;
  }
  try {
    return copyTree(tree);
  } finally {
    tree.delete();
  }
}

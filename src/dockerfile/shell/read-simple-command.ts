import { type MappedText, spanIn } from '../mapped-text.ts';
import type { Draft } from './drafts.ts';
import type { HeredocQueue } from './heredoc-queue.ts';
import type { ShellAssignment, ShellWord } from './model.ts';
import { type ShellScanner, ShellStop } from './shell-scanner.ts';

const REDIRECT = /^(?:&>>|&>|<<<|<<-|<<|<>|<&|>>|>&|>\||<|>)/;
const DECLARERS = new Set(['export', 'declare', 'local', 'readonly', 'typeset']);

export interface SimpleCommandDeps {
  readonly scanner: ShellScanner;
  readonly mapped: MappedText;
  readonly heredocs: HeredocQueue;
}

/** Reads words, assignments and redirects into `draft`. True: it was `name()`, the head of a function. */
export function readSimpleCommand(draft: Draft, deps: SimpleCommandDeps): boolean {
  const { scanner } = deps;
  for (;;) {
    scanner.skipBlanks();
    if (readRedirect(draft, deps)) continue;
    if (!scanner.seesWord()) return false;
    const from = scanner.at;
    if (readAssignment(draft, scanner)) continue;
    addWord(draft, scanner.readWord(), { from, to: scanner.at });
    if (draft.args.length === 0 && isFunctionHead(scanner)) return true;
  }
}

/** Takes a word into the command: its name, or an argument. */
export function addWord(
  draft: Draft,
  word: ShellWord,
  { from, to }: { readonly from: number; readonly to: number },
): void {
  draft.to = to;
  if (draft.name === null) {
    draft.name = word;
    if (draft.assignments.length === 0) draft.from = from;
    return;
  }
  draft.args.push(word);
  const assignment = DECLARERS.has(draft.name.value) ? toAssignment(word) : null;
  if (assignment !== null) draft.assignments.push(assignment);
}

/** Reads a redirect when one stands at the cursor. Throws `ShellStop`. */
export function readRedirect(draft: Draft, { scanner, mapped, heredocs }: SimpleCommandDeps): boolean {
  const from = scanner.at;
  if (!/[<>&{\d]/.test(scanner.text[from] ?? '')) return false;
  const descriptor = /^(?:\d{1,9}|\{\w{1,40}\})(?=[<>])/.exec(scanner.peek(50))?.[0] ?? '';
  const operator = REDIRECT.exec(scanner.peek(descriptor.length + 3).slice(descriptor.length))?.[0];
  if (operator === undefined || scanner.sees('<(') || scanner.sees('>(')) return false;
  scanner.at += descriptor.length + operator.length;
  scanner.skipBlanks();
  if (!scanner.seesWord()) throw new ShellStop(from);
  const target = scanner.readWord();
  const isHeredoc = operator === '<<' || operator === '<<-';
  if (isHeredoc) heredocs.announce(target, operator === '<<-');
  draft.redirects.push({
    operator: `${descriptor}${isHeredoc ? '<<' : operator}`,
    target,
    span: spanIn(mapped, from, scanner.at),
  });
  return true;
}

/** `NAME=value` in front of the name. An array `NAME=(…)` has no value. */
function readAssignment(draft: Draft, scanner: ShellScanner): boolean {
  if (draft.name !== null) return false;
  const head = /^[A-Za-z_]\w*(?:\[[^\]\s]{0,80}\])?\+?=/.exec(scanner.peek(300))?.[0];
  if (head === undefined) return false;
  if (draft.assignments.length === 0) draft.from = scanner.at;
  scanner.at += head.length;
  if (scanner.takes('(')) scanner.skipArithmetic(1);
  const value = scanner.seesWord() ? scanner.readWord() : null;
  draft.assignments.push({ name: head.replace(/\+?=$/, ''), value });
  draft.to = scanner.at;
  return true;
}

function isFunctionHead(scanner: ShellScanner): boolean {
  const from = scanner.at;
  scanner.skipBlanks();
  if (!scanner.takes('(')) return false;
  scanner.skipBlanks();
  if (scanner.takes(')')) return true;
  throw new ShellStop(from);
}

/** The assignment in a word like `A=b` behind `export`. */
function toAssignment(word: ShellWord): ShellAssignment | null {
  const name = /^[A-Za-z_]\w*(?==)/.exec(word.text)?.[0];
  if (name === undefined) return null;
  const { start, end } = word.span;
  const length = name.length + 1;
  return {
    name,
    value: {
      ...word,
      text: word.text.slice(length),
      value: word.value.slice(length),
      span: { start: { line: start.line, column: start.column + length }, end },
    },
  };
}

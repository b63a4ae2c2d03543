import type { Edit, Finding, Position } from '../core/finding.ts';

export interface FixedText {
  readonly text: string;
  readonly applied: readonly Finding[];
  /** Findings whose fix was left out: it overlaps one that was applied, or is unsafe and was not asked for. */
  readonly skipped: readonly Finding[];
}

/**
 * Applies the fixes of `findings` to the text they were found in; `unsafe` takes those too that change what is built. A
 * fix is applied whole or not at all. Line ends of the file are kept; layout is touched only where an edit says so.
 */
export function applyFixes(
  text: string,
  findings: readonly Finding[],
  { unsafe }: { readonly unsafe: boolean },
): FixedText {
  const lineStarts = findLineStarts(text);
  const lineEnd = /\r\n/.test(text) ? '\r\n' : '\n';
  const taken: Replacement[] = [];
  const applied: Finding[] = [];
  const skipped: Finding[] = [];
  for (const finding of findings) {
    if (finding.fix === undefined) continue;
    const edits = finding.fix.edits.map((edit) => toReplacement(edit, { lineStarts, lineEnd, text }));
    const isWanted = finding.fix.safe || unsafe;
    if (isWanted && edits.length > 0 && !edits.some((edit) => taken.some((other) => overlaps(edit, other)))) {
      taken.push(...edits);
      applied.push(finding);
    } else skipped.push(finding);
  }
  return { text: replaceAll(text, taken), applied, skipped };
}

/** Fixes can make room for one another: a quote is mended first, then the command around it. */
const MAX_ROUNDS = 8;

/**
 * Applies fixes and audits again until nothing is left to mend, so that mending twice changes nothing. `audit` gives the
 * findings of a text; `applied` are those of all rounds, with their places in the round's own text.
 */
export function fixUntilStable(
  text: string,
  audit: (text: string) => readonly Finding[],
  options: { readonly unsafe: boolean },
): FixedText {
  const applied: Finding[] = [];
  let fixed = applyFixes(text, audit(text), options);
  for (let round = 1; fixed.applied.length > 0 && round < MAX_ROUNDS; round += 1) {
    applied.push(...fixed.applied);
    fixed = applyFixes(fixed.text, audit(fixed.text), options);
  }
  return { ...fixed, applied: [...applied, ...fixed.applied] };
}

interface Replacement {
  readonly from: number;
  readonly to: number;
  readonly text: string;
}

function toReplacement(
  { span, text }: Edit,
  file: { readonly lineStarts: readonly number[]; readonly lineEnd: string; readonly text: string },
): Replacement {
  const offset = ({ line, column }: Position): number =>
    Math.min((file.lineStarts[line - 1] ?? file.text.length) + column - 1, file.text.length);
  return { from: offset(span.start), to: offset(span.end), text: text.replaceAll(/\r?\n/g, file.lineEnd) };
}

/** Two insertions at one place overlap too: their order would be chance. */
function overlaps(one: Replacement, other: Replacement): boolean {
  if (one.from === other.from) return true;
  return one.from < other.to && other.from < one.to;
}

function replaceAll(text: string, replacements: readonly Replacement[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { from, to, text: replacement } of [...replacements].sort((a, b) => a.from - b.from)) {
    parts.push(text.slice(at, from), replacement);
    at = to;
  }
  parts.push(text.slice(at));
  return parts.join('');
}

function findLineStarts(text: string): readonly number[] {
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return starts;
}

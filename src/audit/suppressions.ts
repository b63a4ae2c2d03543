import type { Finding, Span } from '../core/finding.ts';
import type { Comment, Dockerfile } from '../dockerfile/model.ts';

/** One comment that silences rules. */
export interface Suppression {
  readonly rules: readonly string[];
  /** The lines it speaks of, both included. */
  readonly lines: { readonly first: number; readonly last: number };
  readonly span: Span;
  readonly reason: string | null;
  /** ISO 8601 date after which it does not bind. */
  readonly until: string | null;
  /** What is wrong with the comment itself. A malformed one does not bind. */
  readonly malformed: string | null;
}

const WHOLE_FILE = { first: 1, last: Number.POSITIVE_INFINITY };
const COMMENT =
  /^(hadolint|drydock)\s+(?:(global|stage)\s+)?ignore\s*=\s*([A-Za-z0-9_]+(?:\s*,\s*[A-Za-z0-9_]+)*)(.*)$/;

/**
 * The suppression comments of a Dockerfile: `# hadolint ignore=DL3008,DL3009`, `# hadolint global ignore=…`,
 * `# hadolint stage ignore=…`, and the same with `drydock`, where `reason="…"` and `until=2027-01-31` may follow.
 * A plain one speaks of the instruction below it (or around it), `stage` of the stage below it, `global` of the file.
 */
export function findSuppressions(dockerfile: Dockerfile): readonly Suppression[] {
  return dockerfile.comments.flatMap((comment) => {
    if (!/ignore\s{0,9}=/.test(comment.text.slice(0, 60))) return [];
    const match = COMMENT.exec(comment.text.slice(0, 2_000));
    if (match === null) return [];
    const [, tool = '', scope = '', rules = '', rest = ''] = match;
    const lines = scope === 'global' ? WHOLE_FILE : linesBelow(dockerfile, comment, scope === 'stage');
    const more = tool === 'drydock' ? readDetails(rest) : { reason: null, until: null, malformed: null };
    return [{ rules: rules.split(/\s*,\s*/), lines, span: comment.span, ...more }];
  });
}

function linesBelow(
  dockerfile: Dockerfile,
  { span, isInside }: Comment,
  isStage: boolean,
): Suppression['lines'] {
  const { line } = span.start;
  const parts: readonly { readonly span: Span }[] = isStage ? dockerfile.stages : dockerfile.instructions;
  const part = firstWhere(parts, ({ span: { start, end } }) =>
    isInside ? end.line >= line : start.line > line,
  );
  return part === undefined
    ? { first: line, last: line }
    : { first: part.span.start.line, last: part.span.end.line };
}

/** The first of the sorted `parts` for which `holds` is true. */
function firstWhere<Part>(parts: readonly Part[], holds: (part: Part) => boolean): Part | undefined {
  let low = 0;
  let high = parts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const part = parts[middle];
    if (part === undefined || holds(part)) high = middle;
    else low = middle + 1;
  }
  return parts[low];
}

function readDetails(rest: string): Pick<Suppression, 'reason' | 'until' | 'malformed'> {
  const reason = /(?:^|\s)reason="([^"]*)"/.exec(rest)?.[1] ?? null;
  const until = /(?:^|\s)until=(\S+)/.exec(rest)?.[1] ?? null;
  const isDate = until === null || (/^\d{4}-\d{2}-\d{2}$/.test(until) && !Number.isNaN(Date.parse(until)));
  return isDate
    ? { reason, until, malformed: null }
    : {
        reason,
        until: null,
        malformed: `a date like 2027-01-31 was expected behind until=, got ${JSON.stringify(until.slice(0, 40))}`,
      };
}

/** Whether the suppression is past its date. It binds on that day itself. */
export function isExpired({ until }: Suppression, now: Date): boolean {
  return until !== null && now.toISOString().slice(0, 10) > until;
}

/** Whether `suppression` speaks of `finding`. */
export function covers({ rules, lines }: Suppression, finding: Finding): boolean {
  const { line } = finding.span.start;
  return rules.includes(finding.rule) && line >= lines.first && line <= lines.last;
}

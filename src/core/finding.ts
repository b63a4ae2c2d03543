/** How bad an audit finding is, mildest first. A policy may say "fail at `error` and above". */
export const FINDING_SEVERITIES = ['info', 'warning', 'error'] as const;
export type FindingSeverity = (typeof FINDING_SEVERITIES)[number];

/** A place in a text. `line` and `column` count from 1; columns count UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** From `start` (inclusive) to `end` (exclusive). */
export interface Span {
  readonly start: Position;
  readonly end: Position;
}

/** Replace what `span` covers with `text`. An empty span inserts. */
export interface Edit {
  readonly span: Span;
  readonly text: string;
}

/** How to mend a finding. `safe` keeps the meaning of the file; the others are applied only when asked for. */
export interface Fix {
  readonly safe: boolean;
  readonly edits: readonly Edit[];
  readonly description?: string;
}

/** One finding of the auditor, as it stands in the JSON contract (version 1). */
export interface Finding {
  /** hadolint's code where hadolint has the rule (`DL3008`), else `DD…`, `DC…`, `DK…` or `DI…`. Stable for ever. */
  readonly rule: string;
  /** The rule's name in words, e.g. `no-latest-tag`. */
  readonly name: string;
  readonly severity: FindingSeverity;
  /** One line: what is wrong here. */
  readonly message: string;
  readonly span: Span;
  /** Where the rule comes from, e.g. `hadolint DL3008`. */
  readonly sources: readonly string[];
  readonly fix?: Fix;
}

/** `true` when `severity` is `threshold` or worse. */
export function isAtLeast(severity: FindingSeverity, threshold: FindingSeverity): boolean {
  return FINDING_SEVERITIES.indexOf(severity) >= FINDING_SEVERITIES.indexOf(threshold);
}

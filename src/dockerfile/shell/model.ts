import type { Span } from '../../core/finding.ts';

/** The shell text of an instruction as plain, frozen data: its simple commands, wherever they stand. */
export interface ShellScript {
  readonly kind: 'script';
  /** In the order of the text; those of substitutions, subshells, loops and functions included. */
  readonly commands: readonly ShellCommand[];
  /** Parts that could not be read. Commands in them may be missing above. */
  readonly unparsed: readonly Span[];
}

/** `name word… > file` with the assignments in front. Nothing is expanded. */
export interface ShellCommand {
  readonly kind: 'command';
  /** Null for assignments alone, e.g. `X=1`. */
  readonly name: ShellWord | null;
  /** The words after the name, flags included. */
  readonly args: readonly ShellWord[];
  readonly assignments: readonly ShellAssignment[];
  readonly redirects: readonly ShellRedirect[];
  /** Its place in a pipeline; null when it stands alone. */
  readonly pipeline: { readonly id: number; readonly position: number; readonly length: number } | null;
  /** What joins it to the command in front of it in the same list. */
  readonly joinedBy: '&&' | '||' | '|' | ';' | null;
  /** How many substitutions, subshells, groups and compound commands it stands in. */
  readonly depth: number;
  /** Of the whole command, redirects excluded. */
  readonly span: Span;
}

export interface ShellWord {
  /** As written, with quotes. */
  readonly text: string;
  /** Without quotes and escapes; expansions stay as written. */
  readonly value: string;
  /** A part of it is quoted or escaped. */
  readonly isQuoted: boolean;
  /** A variable, a substitution or arithmetic is in it, so that `value` is not all of the truth. */
  readonly hasExpansion: boolean;
  readonly span: Span;
}

export interface ShellAssignment {
  readonly name: string;
  /** Null when there is none, as in `export X`. */
  readonly value: ShellWord | null;
}

export interface ShellRedirect {
  /** e.g. `>`, `2>>`, `<`, `<<`, `<<<`. */
  readonly operator: string;
  readonly target: ShellWord | null;
  readonly span: Span;
}

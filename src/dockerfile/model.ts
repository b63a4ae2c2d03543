import type { Span } from '../core/finding.ts';
import type { MappedText } from './mapped-text.ts';

/** A Dockerfile as plain, frozen data. Lines and columns count from 1; columns count UTF-16 code units. */
export interface Dockerfile {
  readonly kind: 'dockerfile';
  /** As submitted. Every span points into it. Untrusted. */
  readonly text: string;
  readonly directives: readonly Directive[];
  readonly escape: '\\' | '`';
  readonly comments: readonly Comment[];
  /** ARG in front of the first FROM. */
  readonly globalArgs: readonly InstructionOf<'arg'>[];
  /** Instructions in front of the first FROM that are no ARG make a first stage whose `from` is null. */
  readonly stages: readonly Stage[];
  /** Every instruction in the order of the file, FROM and ARG included. */
  readonly instructions: readonly Instruction[];
  /** What could not be read as Docker would read it. Never silent: an auditor reports each, admission refuses each. */
  readonly problems: readonly ParseProblem[];
}

/** A parser directive. `form` is the spelling: `# syntax=`, `// syntax=` or `{"syntax": …}`. */
export interface Directive {
  readonly kind: 'directive';
  readonly name: 'syntax' | 'escape' | 'check';
  readonly value: string;
  readonly form: 'hash' | 'slashes' | 'json';
  readonly span: Span;
  readonly valueSpan: Span;
}

export interface Comment {
  readonly kind: 'comment';
  /** Without the `#` and the blanks around. */
  readonly text: string;
  readonly span: Span;
  /** Between the lines of an instruction. */
  readonly isInside: boolean;
}

export interface Stage {
  readonly kind: 'stage';
  /** From 0, as `COPY --from=0` counts. */
  readonly index: number;
  /** The alias in lower case, as Docker compares it. */
  readonly name: string | null;
  readonly from: InstructionOf<'from'> | null;
  /** Without the FROM. */
  readonly instructions: readonly Instruction[];
  readonly span: Span;
}

/** A word of an instruction. `text` is as written, `value` is without quotes and escapes; variables stay as written. */
export interface Argument {
  readonly text: string;
  readonly value: string;
  readonly span: Span;
}

/** `--name=value`, or `--name` alone (`value` is null). */
export interface Flag {
  readonly name: string;
  readonly value: string | null;
  readonly span: Span;
}

/** `key=value` of ENV, ARG and LABEL. `rawValue` is as written, with quotes; `value` is without. */
export interface Pair {
  readonly key: string;
  readonly keySpan: Span;
  readonly value: string | null;
  readonly rawValue: string | null;
  readonly valueSpan: Span | null;
  readonly span: Span;
}

export interface Heredoc {
  readonly name: string;
  readonly fileDescriptor: number;
  /** `<<-`: tabs in front of each line do not count. */
  readonly stripsTabs: boolean;
  /** Whether variables are expanded in the body: the name was not quoted. */
  readonly expands: boolean;
  /** The lines as written, line ends included. */
  readonly body: MappedText;
  /** Of the word `<<NAME`. */
  readonly span: Span;
}

interface InstructionBase {
  /** From the keyword to the end of the last line that belongs to it, heredocs included. */
  readonly span: Span;
  /** As written, e.g. `run`. */
  readonly keyword: string;
  readonly keywordSpan: Span;
  readonly flags: readonly Flag[];
  /** All that follows keyword and flags, lines joined, comments taken out, blanks around removed. */
  readonly body: MappedText;
  /** `exec` is the JSON form; then `args` are its strings. */
  readonly form: 'shell' | 'exec';
  /** The words. Empty for the shell form of RUN, CMD, ENTRYPOINT and HEALTHCHECK: their text is the shell's. */
  readonly args: readonly Argument[];
  readonly heredocs: readonly Heredoc[];
  /** The instruction stands in an ONBUILD. */
  readonly isTrigger: boolean;
}

export interface FromInstruction extends InstructionBase {
  readonly kind: 'from';
  readonly image: Argument | null;
  readonly alias: Argument | null;
}

/** What is run: `command` is the text of the shell form, or the JSON text of the exec form. */
export interface CommandInstruction<Kind extends 'run' | 'cmd' | 'entrypoint'> extends InstructionBase {
  readonly kind: Kind;
}

export interface HealthcheckInstruction extends InstructionBase {
  readonly kind: 'healthcheck';
  readonly test: 'none' | 'cmd' | null;
  /** What follows `CMD`. */
  readonly command: MappedText;
}

export interface CopyInstruction<Kind extends 'copy' | 'add'> extends InstructionBase {
  readonly kind: Kind;
  readonly sources: readonly Argument[];
  readonly destination: Argument | null;
}

export interface PairsInstruction<Kind extends 'env' | 'label' | 'arg'> extends InstructionBase {
  readonly kind: Kind;
  readonly pairs: readonly Pair[];
  /** `ENV key value` with a blank instead of `=`. */
  readonly isLegacy: boolean;
}

export interface OnbuildInstruction extends InstructionBase {
  readonly kind: 'onbuild';
  /** Null when nothing readable follows. */
  readonly inner: Instruction | null;
}

type PlainKind = 'expose' | 'volume' | 'workdir' | 'user' | 'stopsignal' | 'maintainer' | 'shell' | 'unknown';

export interface PlainInstruction<Kind extends PlainKind> extends InstructionBase {
  readonly kind: Kind;
}

export type Instruction =
  | FromInstruction
  | CommandInstruction<'run'>
  | CommandInstruction<'cmd'>
  | CommandInstruction<'entrypoint'>
  | HealthcheckInstruction
  | CopyInstruction<'copy'>
  | CopyInstruction<'add'>
  | PairsInstruction<'env'>
  | PairsInstruction<'label'>
  | PairsInstruction<'arg'>
  | OnbuildInstruction
  | PlainInstruction<'expose'>
  | PlainInstruction<'volume'>
  | PlainInstruction<'workdir'>
  | PlainInstruction<'user'>
  | PlainInstruction<'stopsignal'>
  | PlainInstruction<'maintainer'>
  | PlainInstruction<'shell'>
  | PlainInstruction<'unknown'>;

export type InstructionKind = Instruction['kind'];
export type InstructionOf<Kind extends InstructionKind> = Extract<Instruction, { readonly kind: Kind }>;

export type ParseProblemCode =
  | 'too-large'
  | 'line-too-long'
  | 'no-instructions'
  | 'no-from'
  | 'duplicate-directive'
  | 'invalid-directive'
  | 'unknown-instruction'
  | 'unknown-flag'
  | 'missing-arguments'
  | 'too-many-arguments'
  | 'invalid-from'
  | 'invalid-pair'
  | 'invalid-json'
  | 'invalid-healthcheck'
  | 'unterminated-heredoc';

export interface ParseProblem {
  readonly code: ParseProblemCode;
  readonly message: string;
  readonly span: Span;
}

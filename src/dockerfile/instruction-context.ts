import type { Span } from '../core/finding.ts';
import type { MappedText } from './mapped-text.ts';
import type { InstructionOf, ParseProblem } from './model.ts';

/** What reading an instruction needs of the file around it. */
export interface InstructionContext {
  readonly escapeChar: '\\' | '`';
  readonly report: (problem: ParseProblem) => void;
  /** Takes the lines of a heredoc off the file. */
  readonly takeHeredoc: (
    name: string,
    stripsTabs: boolean,
  ) => { readonly body: MappedText; readonly isTerminated: boolean };
  /** The instruction's end in the file, once its heredocs are taken. */
  readonly end: () => Span['end'];
}

/** What every instruction has. */
export type Base = Omit<InstructionOf<'unknown'>, 'kind'>;

import type { Digest } from './digest.ts';

/** The steps of the way of one job, in order. */
export const STEP_NAMES = [
  'intake',
  'audit',
  'build',
  'inventory',
  'scan',
  'gate',
  'run',
  'verdict',
] as const;
export type StepName = (typeof STEP_NAMES)[number];

/**
 * Why a job ended, or what a gate holds against it. `code` is stable; `message` is for people; `clause` names the
 * policy's clause; `line` is the line of the Dockerfile, from 1.
 */
export interface Reason {
  readonly code: ReasonCode;
  readonly stage: StepName;
  readonly message: string;
  readonly clause?: string;
  readonly line?: number;
}

/** Every reason code there is: the results of hostile or broken submissions, and the policy's refusals. */
export const REASON_CODES = [
  'payload-refused',
  'audit-refused',
  'build-refused',
  'base-refused',
  'build-failed',
  'build-timed-out',
  'build-out-of-memory',
  'build-disk-exceeded',
  'build-output-exceeded',
  'vulnerable',
  'secret-found',
  'not-scanned',
  'inventory-inconclusive',
  'image-refused',
  'run-failed',
  'run-killed',
  'run-timed-out',
  'run-out-of-memory',
  'run-output-exceeded',
  'run-not-started',
  'perf-unusable',
  'canceled',
  'internal-error',
  'retries-exhausted',
] as const;
export type ReasonCode = (typeof REASON_CODES)[number];

/** What became of a build. Something that kept the build from being tried at all is a `DrydockError`. */
export type BuildOutcome =
  | { readonly status: 'built'; readonly image: Digest; readonly sizeBytes: number }
  | { readonly status: 'failed'; readonly exitCode: number; readonly message: string }
  | { readonly status: 'timed-out'; readonly timeoutMs: number }
  | { readonly status: 'out-of-memory'; readonly memoryBytes: number }
  | { readonly status: 'disk-exceeded'; readonly diskBytes: number }
  | { readonly status: 'output-exceeded'; readonly maxOutputBytes: number };

/** What became of a run. `result` is what /data/perf.json was found to be, also after a crash. */
export type RunOutcome = { readonly result: ResultFile; readonly durationMs: number } & (
  | { readonly status: 'exited'; readonly exitCode: number }
  | { readonly status: 'killed'; readonly signal: string }
  | { readonly status: 'timed-out'; readonly timeoutMs: number }
  | { readonly status: 'out-of-memory'; readonly memoryBytes: number }
  | { readonly status: 'output-exceeded'; readonly maxOutputBytes: number }
  /** The image's own command could not be started: no such file, not executable, no command at all. */
  | { readonly status: 'not-started'; readonly message: string }
);

/** The hostile file /data/perf.json, taken from the dead sandbox without following anything. */
export type ResultFile =
  | { readonly kind: 'missing' }
  /** At most 64 KiB. */
  | { readonly kind: 'file'; readonly content: Uint8Array }
  /** It was there, but as something that is not read; `why` says what was found. */
  | { readonly kind: 'refused'; readonly why: string };

/** One line of a build's or a run's output. `text` is raw: whoever shows it must escape control characters. */
export interface LogLine {
  readonly stage: 'build' | 'run';
  readonly stream: 'stdout' | 'stderr';
  readonly text: string;
}

import type { Digest } from '../core/digest.ts';
import { DrydockError } from '../core/errors.ts';
import type { Reason, ResultFile, StepName } from '../core/outcome.ts';
import type { Inventory } from '../core/package.ts';
import type { EngineSpace, JobEventData, OpenImage } from '../core/ports.ts';
import type { AuditResult, BuildResult, GateResult, RunResult, ScanResult } from '../core/report.ts';
import type { Dockerfile } from '../dockerfile/model.ts';
import type { PipelineDeps } from './deps.ts';

/** What is submitted: the fields as they were transported. Untrusted. */
export interface JobInput {
  readonly id: string;
  readonly name: string;
  readonly attempt: number;
  /** base64 of gzip, or plain text. */
  readonly dockerfile: string;
  /** base64 of a gzipped tar, or null. */
  readonly context: string | null;
}

/** What the steps have made so far; each adds its own part and none changes another's. */
export interface Parts {
  readonly payload?: {
    readonly digest: Digest;
    readonly dockerfileDigest: Digest;
    readonly contextDigest: Digest | null;
  };
  readonly dockerfile?: Dockerfile;
  /** A plain tar on disk with what intake admitted, or null. */
  readonly contextTar?: string | null;
  readonly audit?: AuditResult;
  readonly build?: BuildResult;
  readonly inventory?: Inventory;
  readonly scan?: ScanResult;
  readonly gate?: GateResult;
  readonly run?: RunResult;
  readonly result?: ResultFile;
  readonly performance?: number | null;
}

/** What a step works with besides the parts. */
export interface StepContext {
  readonly input: JobInput;
  readonly deps: PipelineDeps;
  /** A folder of this job alone, removed at its end. */
  readonly workDir: string;
  /** The engine's room for this attempt, opened at the first call. */
  readonly space: () => Promise<EngineSpace>;
  /** The built image, opened at the first call. */
  readonly image: () => Promise<OpenImage>;
  readonly emit: (event: JobEventData) => void;
  /** Aborts when the job is cancelled or this step has had its time. */
  readonly signal: AbortSignal;
}

/** How a step ended. `failed` ends the job; its reasons say why. What kept a step from being tried at all is thrown. */
export interface StepEnd {
  readonly status: 'passed' | 'failed' | 'skipped';
  /** One line for people. */
  readonly summary: string;
  readonly reasons?: readonly Reason[];
  /** For the verdict's warnings. */
  readonly warnings?: readonly string[];
  readonly adds: Parts;
}

export interface Step {
  readonly name: StepName;
  /** A net below the step's own limits: a step that is not done by then is a fault of ours. */
  readonly timeoutMs: number;
  readonly run: (parts: Parts, context: StepContext) => Promise<StepEnd>;
}

/** A part that an earlier step must have made. */
export function need<K extends keyof Parts>(parts: Parts, name: K): NonNullable<Parts[K]> {
  const part = parts[name];
  if (part === undefined || part === null)
    throw new DrydockError(
      'invariant-broken',
      `The part "${name}" was expected from an earlier step, it is not there.`,
    );
  return part;
}

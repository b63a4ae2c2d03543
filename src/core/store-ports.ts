import type { Digest } from './digest.ts';
import type { FinalStatus, Job, JobStatus } from './job.ts';
import type { Reason, StepName } from './outcome.ts';
import type { JobReport } from './report.ts';

export interface NewJob {
  readonly name: string;
  readonly description: string;
  readonly dockerfile: string;
  /** base64 of a gzipped tar, as received, or null. */
  readonly context: string | null;
  readonly payloadDigest: Digest;
}

export interface JobQuery {
  readonly status?: JobStatus;
  /** Opaque, from a page before. A cursor of another query is `input-invalid`. */
  readonly cursor?: string;
  /** 1 to 500. */
  readonly limit: number;
  readonly order: 'oldest' | 'newest';
}

export interface JobPage {
  readonly jobs: readonly Job[];
  readonly next: string | null;
}

export interface JobEnd {
  readonly status: FinalStatus;
  readonly stage: StepName | null;
  readonly performance: number | null;
  readonly hardening: number | null;
  readonly reason: Reason | null;
  readonly report: JobReport | null;
}

/** The jobs table is the truth; the queue only wakes. Every write of a worker carries `attempt` and loses when it is not the current one. */
export interface JobStore {
  /** Stores and queues in one transaction: an accepted job is never lost. */
  create(job: NewJob): Promise<Job>;
  get(id: string): Promise<Job | undefined>;
  list(query: JobQuery): Promise<JobPage>;
  /** How many jobs are ahead in the queue: 0 is next; null when it is not waiting. */
  queuePosition(id: string): Promise<number | null>;
  /** Replaces name, description, Dockerfile; a changed Dockerfile or context starts a new attempt. `not-found`; `conflict` while it is processing. */
  replace(id: string, job: NewJob): Promise<Job>;
  /** A new attempt of an ended job. `not-found`, `conflict`. */
  retry(id: string): Promise<Job>;
  /** A waiting job ends at once, a running one is asked to stop. Idempotent. `not-found`; `conflict` when it has ended otherwise. */
  cancel(id: string): Promise<Job>;
  /** Removes the job with its logs and reports; a running one is stopped. False when there is none. */
  remove(id: string): Promise<boolean>;
  /** The context as received, or null. */
  context(id: string): Promise<string | null>;
  /** init → processing for one worker. Undefined when it is not waiting any more. */
  start(id: string, workerId: string): Promise<Job | undefined>;
  /** Keeps the lease. `lost`: the attempt is no longer ours, kill everything; `cancel`: somebody asked to stop. */
  heartbeat(id: string, attempt: number): Promise<'held' | 'cancel' | 'lost'>;
  enterStage(id: string, attempt: number, stage: StepName): Promise<boolean>;
  /** Records the end once. False when the attempt is no longer ours: then nothing was written. */
  finish(id: string, attempt: number, end: JobEnd): Promise<boolean>;
  /**
   * Our own failure: put back for another attempt, or ended as `error` when the retries are used up. With `null` nothing
   * failed (the worker shuts down): put back, and it costs no retry. One that was asked to stop ends as `canceled`.
   */
  giveBack(id: string, attempt: number, reason: Reason | null): Promise<'requeued' | 'ended' | 'lost'>;
  /** Jobs whose worker has not been heard of: put back or ended. Returns their ids. */
  recoverLost(leaseMs: number): Promise<readonly string[]>;
}

export interface JobQueue {
  /** Calls `handle` with the id of a waiting job, `concurrency` at once, until the returned stop is awaited. */
  work(
    concurrency: number,
    handle: (jobId: string, signal: AbortSignal) => Promise<void>,
  ): Promise<() => Promise<void>>;
}

export interface ReportStore {
  /** The report of the newest ended attempt, or of `attempt`. */
  get(jobId: string, attempt?: number): Promise<JobReport | undefined>;
}

/** What happened to a job, in order. `id` counts from 1 within a job and never repeats. */
export interface JobEvent {
  readonly id: number;
  readonly at: string;
  readonly attempt: number;
  readonly data: JobEventData;
}

export type JobEventData =
  | { readonly type: 'status'; readonly status: JobStatus; readonly reason: Reason | null }
  | {
      readonly type: 'stage';
      readonly stage: StepName;
      readonly state: 'started' | 'passed' | 'failed' | 'skipped' | 'error' | 'canceled';
      readonly summary: string;
      readonly durationMs: number | null;
    }
  | {
      readonly type: 'log';
      readonly stage: 'build' | 'run';
      readonly stream: 'stdout' | 'stderr';
      readonly text: string;
    };

export interface EventLog {
  /** Appends in order, in batches. Never loses what it accepted while the process lives; `flush` waits for it. */
  append(jobId: string, attempt: number, data: JobEventData): void;
  flush(jobId: string): Promise<void>;
  /** Events after `afterId`, at most `limit`. */
  read(jobId: string, afterId: number, limit: number): Promise<readonly JobEvent[]>;
  /** Resolves when there may be something new for this job, or after `timeoutMs`, or when aborted. */
  waitForNews(jobId: string, timeoutMs: number, signal: AbortSignal): Promise<void>;
}

export interface TokenStore {
  /** Makes a token, stores its SHA-256 only, and returns the secret once. */
  create(request: {
    readonly name: string;
    readonly role: 'submitter' | 'admin';
    readonly expiresAt: string | null;
  }): Promise<{ readonly id: string; readonly token: string }>;
  /** Who this is, or undefined when unknown, expired or revoked. */
  verify(
    token: string,
  ): Promise<
    { readonly id: string; readonly name: string; readonly role: 'submitter' | 'admin' } | undefined
  >;
  list(): Promise<
    readonly {
      readonly id: string;
      readonly name: string;
      readonly role: string;
      readonly createdAt: string;
      readonly expiresAt: string | null;
      readonly lastUsedAt: string | null;
      readonly isRevoked: boolean;
    }[]
  >;
  revoke(id: string): Promise<boolean>;
}

/** What is known of an `Idempotency-Key`. `mismatch`: it was used with another payload. */
export type IdempotencyClaim =
  | { readonly state: 'claimed' }
  | { readonly state: 'in-flight' }
  | { readonly state: 'mismatch' }
  | { readonly state: 'answered'; readonly jobId: string };

/** One client's use of one key. */
export interface IdempotencyKey {
  /** The token's id: keys of different tokens never meet. */
  readonly tokenId: string;
  readonly key: string;
}

/**
 * Remembers for 24 hours which job a submission with an `Idempotency-Key` made. A claim that is neither answered
 * nor released within two minutes belongs to a dead process and may be claimed again.
 */
export interface IdempotencyStore {
  claim(key: IdempotencyKey, payloadDigest: Digest): Promise<IdempotencyClaim>;
  answer(key: IdempotencyKey, jobId: string): Promise<void>;
  /** The submission was refused: the key is free again. */
  release(key: IdempotencyKey): Promise<void>;
}

import type { Reason, StepName } from './outcome.ts';

/** The words of the API. `failed` is the Dockerfile's fault, `error` is ours. All within 10 characters. */
export const JOB_STATUSES = ['init', 'processing', 'success', 'failed', 'error', 'canceled'] as const;
export type JobStatus = (typeof JOB_STATUSES)[number];

export type FinalStatus = Extract<JobStatus, 'success' | 'failed' | 'error' | 'canceled'>;

/** What may follow what. `init` after `processing` is a lost worker's job put back; after an end, a retry or a PUT. */
const NEXT: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  init: ['processing', 'canceled', 'error', 'init'],
  processing: ['success', 'failed', 'error', 'canceled', 'init'],
  success: ['init'],
  failed: ['init'],
  error: ['init'],
  canceled: ['init'],
};

/** Whether a job may go from one status to the other. */
export function canBecome(from: JobStatus, to: JobStatus): boolean {
  return NEXT[from].includes(to);
}

/** The statuses from which a job may reach `to`; the store's UPDATE names them, so that SQL holds the machine. */
export function statusesBefore(to: JobStatus): readonly JobStatus[] {
  return JOB_STATUSES.filter((from) => canBecome(from, to));
}

export function isFinal(status: JobStatus): status is FinalStatus {
  return status === 'success' || status === 'failed' || status === 'error' || status === 'canceled';
}

/** Bounds of the fields of a job, in characters (seed 003). */
export const JOB_NAME_MAX = 50;
export const JOB_DESCRIPTION_MAX = 100;

/** A submission as the store keeps it. Times are ISO 8601 in UTC. */
export interface Job {
  /** A version 4 UUID. */
  readonly id: string;
  readonly name: string;
  readonly description: string;
  /** As it was transported, returned unchanged: base64 of gzip, or the plain text. */
  readonly dockerfile: string;
  readonly status: JobStatus;
  /** The step at work, or the one that ended the job. */
  readonly stage: StepName | null;
  /** The submitter's own number from /data/perf.json. */
  readonly performance: number | null;
  /** 0 to 100, of the audit. */
  readonly hardening: number | null;
  /** Why the job ended as it did; null while it has not, and on success. */
  readonly reason: Reason | null;
  /** Counts from 1. The fencing token: a write for another attempt is refused. */
  readonly attempt: number;
  /** SHA-256 over the payload as received. */
  readonly payloadDigest: string;
  readonly hasContext: boolean;
  readonly isCancelRequested: boolean;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
}

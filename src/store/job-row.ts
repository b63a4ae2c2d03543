import { DrydockError } from '../core/errors.ts';
import { JOB_STATUSES, type Job, type JobStatus } from '../core/job.ts';
import { REASON_CODES, type Reason, STEP_NAMES, type StepName } from '../core/outcome.ts';
import type { Row } from './database.ts';
import { flag, number, numberOrNull, text, textOrNull, time, timeOrNull } from './row.ts';

/** The columns that `readJob` reads, for SELECT and RETURNING. */
export const JOB_COLUMNS = `id, name, description, dockerfile, payload_digest, has_context, status, stage, performance,
  hardening, reason, attempt, is_cancel_requested, created_at, updated_at, started_at, finished_at`;

/** A row of `jobs` as the job that it is. */
export function readJob(row: Row): Job {
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    description: text(row, 'description'),
    dockerfile: text(row, 'dockerfile'),
    status: parseStatus(text(row, 'status')),
    stage: parseStage(textOrNull(row, 'stage')),
    performance: numberOrNull(row, 'performance'),
    hardening: numberOrNull(row, 'hardening'),
    reason: parseReason(textOrNull(row, 'reason')),
    attempt: number(row, 'attempt'),
    payloadDigest: text(row, 'payload_digest'),
    hasContext: flag(row, 'has_context'),
    isCancelRequested: flag(row, 'is_cancel_requested'),
    createdAt: time(row, 'created_at'),
    updatedAt: time(row, 'updated_at'),
    startedAt: timeOrNull(row, 'started_at'),
    finishedAt: timeOrNull(row, 'finished_at'),
  };
}

function parseStatus(word: string): JobStatus {
  return JOB_STATUSES.find((it) => it === word) ?? unknownWord('status', word);
}

function parseStage(word: string | null): StepName | null {
  return word === null ? null : (STEP_NAMES.find((it) => it === word) ?? unknownWord('stage', word));
}

function parseReason(json: string | null): Reason | null {
  if (json === null) return null;
  const value: unknown = JSON.parse(json);
  return isReason(value) ? value : unknownWord('reason', json);
}

function isReason(value: unknown): value is Reason {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    REASON_CODES.some((it) => it === value.code) &&
    'stage' in value &&
    STEP_NAMES.some((it) => it === value.stage) &&
    'message' in value &&
    typeof value.message === 'string'
  );
}

function unknownWord(column: string, got: string): never {
  throw new DrydockError(
    'invariant-broken',
    `The column "${column}" of a job was expected to hold a known word, it holds ${JSON.stringify(got.slice(0, 80))}.`,
  );
}

/** Whether this can be the id of a job at all; what can't be one is not asked for. */
export function isJobId(id: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id);
}

import type { Job, JobStatus } from '../core/job.ts';
import { statusesBefore } from '../core/job.ts';
import type { Reason } from '../core/outcome.ts';
import type { JobEventData } from '../core/ports.ts';
import type { Row, Sql } from './database.ts';
import { JOB_COLUMNS, readJob } from './job-row.ts';

/** A step of the job machine. */
export interface JobChange {
  readonly id: string;
  readonly to: JobStatus;
  readonly reason: Reason | null;
  /** Only from these; the machine of `core/job.ts` bounds them in any case. */
  readonly from?: readonly JobStatus[];
  /** Only when this is the current attempt. */
  readonly attempt?: number;
  /** More columns to set, as SQL with placeholders from $7 on, and their values. */
  readonly set?: string;
  readonly values?: readonly unknown[];
}

/** What a job looks like when it waits (again). */
export const WAITING = `worker_id = NULL, heartbeat_at = NULL, started_at = NULL, finished_at = NULL, stage = NULL,
  is_cancel_requested = false, queue_seq = nextval('job_queue_seq')`;
/** What the submitter's wish for a new attempt resets besides. */
export const NEW_ATTEMPT = `${WAITING}, attempt = attempt + 1, tries = 1, performance = NULL, hardening = NULL,
  ready_at = now()`;
/** What a job looks like when it has ended. */
export const ENDED = `worker_id = NULL, heartbeat_at = NULL, finished_at = now(), is_cancel_requested = false`;

/**
 * Takes the step and records it as an event, in one statement. Undefined when the job is not there or may not take
 * it: then nothing was written.
 */
export async function changeJob(sql: Sql, change: JobChange): Promise<Job | undefined> {
  const from = statusesBefore(change.to).filter((status) => change.from?.includes(status) ?? true);
  const event: JobEventData = { type: 'status', status: change.to, reason: change.reason };
  const [row]: readonly Row[] = await sql.query(
    `WITH changed AS (
       UPDATE jobs SET status = $3, reason = $4, updated_at = now(), last_event_id = last_event_id + 1
         ${change.set === undefined ? '' : `, ${change.set}`}
       WHERE id = $1 AND status = ANY($2::text[]) AND ($5::integer IS NULL OR attempt = $5::integer)
       RETURNING *
     ), told AS (
       INSERT INTO job_events (job_id, id, attempt, at, data)
       SELECT id, last_event_id, attempt, clock_timestamp(), $6 FROM changed
     )
     SELECT ${JOB_COLUMNS} FROM changed`,
    [
      change.id,
      from,
      change.to,
      change.reason === null ? null : JSON.stringify(change.reason),
      change.attempt ?? null,
      JSON.stringify(event),
      ...(change.values ?? []),
    ],
  );
  return row === undefined ? undefined : readJob(row);
}

import { DrydockError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import type { Reason, StepName } from '../core/outcome.ts';
import type { JobEnd, JobStore } from '../core/ports.ts';
import type { Boss } from './boss.ts';
import type { Database, Row, Sql } from './database.ts';
import { changeJob, ENDED, WAITING } from './job-change.ts';
import { isJobId, readJob } from './job-row.ts';
import { type News, QUEUE_TOPIC } from './news.ts';
import { flag, number, text } from './row.ts';

const RECOVER_MAX = 100;

export interface HeldJobsDeps {
  readonly database: Database;
  readonly boss: Boss;
  readonly news: News;
  /** How often one wish of the submitter's is tried when the failures are ours. */
  readonly maxAttempts: number;
  /** Before the second try; it doubles with each further one, up to a minute. */
  readonly retryDelayMs: number;
  /** An attempt is over, whoever ended it. */
  readonly onAttemptOver: (jobId: string) => void;
}

const RETRY_DELAY_MAX_MS = 60_000;

/** What the holder of a job may do, each write fenced by its attempt, and what is done about holders that are gone. */
export type HeldJobs = Pick<
  JobStore,
  'start' | 'heartbeat' | 'enterStage' | 'finish' | 'giveBack' | 'recoverLost'
>;

export function createHeldJobs(deps: HeldJobsDeps): HeldJobs {
  const { database } = deps;
  return {
    start: (id, workerId) =>
      changeJobAndTell(deps, {
        id,
        to: 'processing',
        reason: null,
        set: 'worker_id = $7, heartbeat_at = clock_timestamp(), started_at = now()',
        values: [workerId],
      }),
    heartbeat: async (id, attempt) => {
      const [row] = await database.query(
        `UPDATE jobs SET heartbeat_at = clock_timestamp()
         WHERE id = $1 AND attempt = $2 AND status = 'processing' RETURNING is_cancel_requested`,
        [id, attempt],
      );
      if (row === undefined) return 'lost';
      return flag(row, 'is_cancel_requested') ? 'cancel' : 'held';
    },
    enterStage: async (id, attempt, stage) => {
      const rows = await database.query(
        `UPDATE jobs SET stage = $3, updated_at = now()
         WHERE id = $1 AND attempt = $2 AND status = 'processing' RETURNING id`,
        [id, attempt, stage],
      );
      return rows.length > 0;
    },
    finish: (id, attempt, end) => finish(deps, { id, attempt }, end),
    giveBack: async (id, attempt, reason) => {
      const outcome = await database.transaction(async (sql) => {
        const [row] = await sql.query(
          `SELECT * FROM jobs WHERE id = $1 AND attempt = $2 AND status = 'processing' FOR UPDATE`,
          [id, attempt],
        );
        return row === undefined ? 'lost' : putBack(deps, sql, { row, reason });
      });
      if (outcome !== 'lost') settle(deps, [id]);
      return outcome;
    },
    recoverLost: (leaseMs) => recoverLost(deps, leaseMs),
  };
}

async function changeJobAndTell(
  { database, news }: HeldJobsDeps,
  change: Parameters<typeof changeJob>[1],
): Promise<Job | undefined> {
  if (!isJobId(change.id)) return undefined;
  const job = await database.transaction(async (sql) => {
    const changed = await changeJob(sql, change);
    if (changed !== undefined) await news.announce(sql, [change.id]);
    return changed;
  });
  if (job !== undefined) news.tell([change.id]);
  return job;
}

async function finish(
  deps: HeldJobsDeps,
  { id, attempt }: { readonly id: string; readonly attempt: number },
  end: JobEnd,
): Promise<boolean> {
  if (end.performance !== null && !Number.isFinite(end.performance))
    throw new DrydockError(
      'invariant-broken',
      `A finite performance or null was expected, got ${end.performance}.`,
    );
  const isOurs = await deps.database.transaction(async (sql) => {
    const job = await changeJob(sql, {
      id,
      attempt,
      to: end.status,
      from: ['processing'],
      reason: end.reason,
      set: `${ENDED}, stage = $7, performance = $8, hardening = $9`,
      values: [end.stage, end.performance, end.hardening],
    });
    if (job === undefined) return false;
    if (end.report !== null)
      await sql.query('INSERT INTO job_reports (job_id, attempt, report) VALUES ($1, $2, $3)', [
        id,
        attempt,
        JSON.stringify(end.report),
      ]);
    await deps.news.announce(sql, [id]);
    return true;
  });
  if (isOurs) settle(deps, [id]);
  return isOurs;
}

interface PutBack {
  /** The job's row, locked, held by a worker. */
  readonly row: Row;
  /** What was ours to answer for; null when nothing went wrong, and then it costs no try. */
  readonly reason: Reason | null;
}

/** Ends a held job's attempt without a result: it waits again, or ends when it was to stop or has been tried enough. */
async function putBack(
  deps: HeldJobsDeps,
  sql: Sql,
  { row, reason }: PutBack,
): Promise<'requeued' | 'ended'> {
  const job = readJob(row);
  const tries = number(row, 'tries');
  const base = { id: job.id, attempt: job.attempt, from: ['processing'] as const };
  const stage: StepName = job.stage ?? reason?.stage ?? 'intake';
  if (job.isCancelRequested) {
    const canceled: Reason = { code: 'canceled', stage, message: 'The job was cancelled.' };
    await changeJob(sql, { ...base, to: 'canceled', reason: canceled, set: ENDED });
  } else if (reason !== null && tries >= deps.maxAttempts) {
    const exhausted: Reason = {
      code: 'retries-exhausted',
      stage,
      message: `${tries} of ${deps.maxAttempts} attempts failed through no fault of the submission. The last one: ${reason.message}`,
    };
    await changeJob(sql, { ...base, to: 'error', reason: exhausted, set: ENDED });
  } else {
    const delayMs = reason === null ? 0 : Math.min(RETRY_DELAY_MAX_MS, deps.retryDelayMs * 2 ** (tries - 1));
    const again = await changeJob(sql, {
      ...base,
      to: 'init',
      reason: null,
      set: `${WAITING}, attempt = attempt + 1, tries = tries + $7, ready_at = now() + $8 * interval '1 millisecond'`,
      values: [reason === null ? 0 : 1, delayMs],
    });
    if (again === undefined) throw new DrydockError('invariant-broken', `The locked job ${job.id} changed.`);
    await deps.boss.send(sql, [{ jobId: job.id, attempt: again.attempt, delayMs }]);
    await deps.news.announce(sql, [job.id, QUEUE_TOPIC]);
    return 'requeued';
  }
  await deps.news.announce(sql, [job.id]);
  return 'ended';
}

async function recoverLost(deps: HeldJobsDeps, leaseMs: number): Promise<readonly string[]> {
  const ids = await deps.database.transaction(async (sql) => {
    const rows = await sql.query(
      `SELECT * FROM jobs
       WHERE status = 'processing' AND heartbeat_at < clock_timestamp() - $1 * interval '1 millisecond'
       ORDER BY heartbeat_at LIMIT ${RECOVER_MAX} FOR UPDATE SKIP LOCKED`,
      [leaseMs],
    );
    for (const row of rows) {
      const stage = readJob(row).stage ?? 'intake';
      const message = `Its worker ${text(row, 'worker_id')} was not heard of for ${leaseMs} ms.`;
      await putBack(deps, sql, { row, reason: { code: 'internal-error', stage, message } });
    }
    return rows.map((row) => text(row, 'id'));
  });
  settle(deps, ids);
  return ids;
}

function settle({ news, onAttemptOver }: HeldJobsDeps, ids: readonly string[]): void {
  if (ids.length === 0) return;
  for (const id of ids) onAttemptOver(id);
  news.tell([...ids, QUEUE_TOPIC]);
}

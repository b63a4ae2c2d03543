import { DrydockError } from '../core/errors.ts';
import { isFinal, type Job } from '../core/job.ts';
import type { Reason } from '../core/outcome.ts';
import type { JobPage, JobQuery, JobStore, NewJob } from '../core/ports.ts';
import { readContext, removeContext, writeContext } from './context-parts.ts';
import { createCreateJobs } from './create-jobs.ts';
import { readCursor, writeCursor } from './cursor.ts';
import type { Sql } from './database.ts';
import { createHeldJobs, type HeldJobsDeps } from './held-jobs.ts';
import { changeJob, ENDED, NEW_ATTEMPT } from './job-change.ts';
import { isJobId, JOB_COLUMNS, readJob } from './job-row.ts';
import { assertStorable } from './new-job.ts';
import { QUEUE_TOPIC } from './news.ts';
import { number } from './row.ts';

const PAGE_MAX = 500;

/** Jobs in SQL. Every change of status is recorded as an event in the same transaction. */
export function createJobStore(deps: HeldJobsDeps): JobStore {
  const { database } = deps;
  return {
    ...createHeldJobs(deps),
    create: createCreateJobs(deps),
    get: async (id) => (isJobId(id) ? find(database, id) : undefined),
    list: (query) => list(database, query),
    queuePosition: (id) => queuePosition(database, id),
    // One transaction, or a context that is replaced meanwhile would be read in parts of two.
    context: async (id) => (isJobId(id) ? database.transaction((sql) => lockAndReadContext(sql, id)) : null),
    replace: async (id, job) => {
      assertStorable(job);
      return change(deps, id, (sql, old) => replace(deps, sql, { old, job }));
    },
    retry: (id) =>
      change(deps, id, async (sql, job) => {
        if (!isFinal(job.status)) throw conflict(job, 'have ended');
        return newAttempt(deps, sql, job);
      }),
    cancel: (id) => change(deps, id, cancel),
    remove: async (id) => {
      if (!isJobId(id)) return false;
      const rows = await database.transaction(async (sql) => {
        const removed = await sql.query('DELETE FROM jobs WHERE id = $1 RETURNING id', [id]);
        if (removed.length > 0) await deps.news.announce(sql, [id]);
        return removed;
      });
      if (rows.length > 0) deps.news.tell([id]);
      return rows.length > 0;
    },
  };
}

async function find(sql: Sql, id: string, lock = ''): Promise<Job | undefined> {
  const [row] = await sql.query(`SELECT ${JOB_COLUMNS} FROM jobs WHERE id = $1 ${lock}`, [id]);
  return row === undefined ? undefined : readJob(row);
}

async function lockAndReadContext(sql: Sql, id: string): Promise<string | null> {
  await sql.query('SELECT 1 FROM jobs WHERE id = $1 FOR SHARE', [id]);
  return readContext(sql, id);
}

async function list(sql: Sql, query: JobQuery): Promise<JobPage> {
  if (!Number.isInteger(query.limit) || query.limit < 1 || query.limit > PAGE_MAX)
    throw new DrydockError(
      'input-invalid',
      `A limit from 1 to ${PAGE_MAX} was expected, got ${query.limit}.`,
    );
  const after = query.cursor === undefined ? null : readCursor(query.cursor, query);
  const [than, order] = query.order === 'oldest' ? ['>', 'ASC'] : ['<', 'DESC'];
  const rows = await sql.query(
    `SELECT seq::float8 AS seq, ${JOB_COLUMNS} FROM jobs
     WHERE ($1::bigint IS NULL OR seq ${than} $1::bigint) AND ($2::text IS NULL OR status = $2::text)
     ORDER BY seq ${order} LIMIT $3`,
    [after, query.status ?? null, query.limit + 1],
  );
  const shown = rows.slice(0, query.limit);
  const last = rows.length > shown.length ? shown.at(-1) : undefined;
  return {
    jobs: shown.map(readJob),
    next: last === undefined ? null : writeCursor(number(last, 'seq'), query),
  };
}

async function queuePosition(sql: Sql, id: string): Promise<number | null> {
  if (!isJobId(id)) return null;
  const [row] = await sql.query(
    `SELECT (SELECT count(*) FROM jobs ahead WHERE ahead.status = 'init' AND ahead.queue_seq < it.queue_seq)::integer
       AS position
     FROM jobs it WHERE it.id = $1 AND it.status = 'init'`,
    [id],
  );
  return row === undefined ? null : number(row, 'position');
}

/** Locks the job, lets `body` change it, and tells. Throws `not-found`. */
async function change(
  deps: HeldJobsDeps,
  id: string,
  body: (sql: Sql, job: Job) => Promise<Job>,
): Promise<Job> {
  const topics = [id, QUEUE_TOPIC];
  const changed = await deps.database.transaction(async (sql) => {
    const job = isJobId(id) ? await find(sql, id, 'FOR UPDATE') : undefined;
    if (job === undefined)
      throw new DrydockError(
        'not-found',
        `A job with the id ${JSON.stringify(id.slice(0, 80))} was expected; there is none.`,
      );
    const result = await body(sql, job);
    await deps.news.announce(sql, topics);
    return result;
  });
  deps.news.tell(topics);
  return changed;
}

async function cancel(sql: Sql, job: Job): Promise<Job> {
  if (job.status === 'canceled') return job;
  if (job.status === 'processing') {
    await sql.query('UPDATE jobs SET is_cancel_requested = true, updated_at = now() WHERE id = $1', [job.id]);
    return must(await find(sql, job.id));
  }
  const reason: Reason = {
    code: 'canceled',
    stage: 'intake',
    message: 'The job was cancelled while it waited.',
  };
  const changed = await changeJob(sql, { id: job.id, to: 'canceled', from: ['init'], reason, set: ENDED });
  if (changed === undefined) throw conflict(job, 'be waiting or in hand');
  return changed;
}

interface Replacement {
  readonly old: Job;
  readonly job: NewJob;
}

async function replace(deps: HeldJobsDeps, sql: Sql, { old, job }: Replacement): Promise<Job> {
  if (old.status === 'processing') throw conflict(old, 'be waiting or ended; cancel it first');
  const contextBefore = await readContext(sql, old.id);
  await sql.query(
    `UPDATE jobs SET name = $2, description = $3, dockerfile = $4, payload_digest = $5, has_context = $6,
       updated_at = now() WHERE id = $1`,
    [old.id, job.name, job.description, job.dockerfile, job.payloadDigest, job.context !== null],
  );
  if (contextBefore !== job.context) {
    await removeContext(sql, old.id);
    if (job.context !== null) await writeContext(sql, old.id, job.context);
  }
  const isSame = contextBefore === job.context && old.dockerfile === job.dockerfile;
  return isSame ? must(await find(sql, old.id)) : newAttempt(deps, sql, old);
}

async function newAttempt(deps: HeldJobsDeps, sql: Sql, { id }: Job): Promise<Job> {
  const job = must(await changeJob(sql, { id, to: 'init', reason: null, set: NEW_ATTEMPT }));
  await deps.boss.send(sql, [{ jobId: id, attempt: job.attempt, delayMs: 0 }]);
  return job;
}

function must(job: Job | undefined): Job {
  if (job === undefined)
    throw new DrydockError('invariant-broken', 'A locked job was expected to stay as it is.');
  return job;
}

function conflict(job: Job, expected: string): DrydockError {
  return new DrydockError(
    'conflict',
    `The job ${job.id} was expected to ${expected}; its status is "${job.status}".`,
  );
}

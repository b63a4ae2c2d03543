import { type Db, PgBoss } from 'pg-boss';
import { DrydockError } from '../core/errors.ts';
import type { Database, Sql } from './database.ts';
import { databaseError } from './database-error.ts';

const SCHEMA = 'drydock_queue';
const QUEUE = 'job';
/** A message is taken and removed within milliseconds; one that is still there after this belonged to a dead process. */
const TAKEN_SECONDS = 60;

/** Says that an attempt of a job waits. `delayMs`: not before. */
export interface Message {
  readonly jobId: string;
  readonly attempt: number;
  readonly delayMs: number;
}

/**
 * The queue's library behind four calls. It carries messages and nothing else: who has which job, and since when,
 * stands in the jobs table. A message is therefore removed as soon as it is taken, and nothing depends on it staying.
 */
export interface Boss extends AsyncDisposable {
  /** Within the transaction of `sql`. A message that waits already is not sent twice. */
  send(sql: Sql, messages: readonly Message[]): Promise<void>;
  /** The ids of jobs whose messages are due, at most `limit`, oldest first. Nobody else gets the same ones. */
  take(limit: number): Promise<readonly string[]>;
}

/**
 * Starts it: 0.05 s on a database that it knows, 0.3 s on a fresh one. Its supervision runs beside (once a minute).
 * It reads what a queue is from its own connection the first time that it is asked: in a transaction of the embedded
 * database, which has only one, that would wait for ever. So that is done here, before any transaction can be.
 */
export async function startBoss(database: Database, onFault: (error: unknown) => void): Promise<Boss> {
  const boss = new PgBoss({
    db: asDb(database),
    schema: SCHEMA,
    backend: database.kind === 'pglite' ? 'pglite' : 'postgres',
    schedule: false,
  });
  boss.on('error', onFault);
  await guarded(async () => {
    await boss.start();
    await boss.createQueue(QUEUE, {
      policy: 'short',
      retryLimit: 0,
      expireInSeconds: TAKEN_SECONDS,
      deleteAfterSeconds: TAKEN_SECONDS,
    });
    await boss.insert(QUEUE, []);
  });
  return {
    send: async (sql, messages) => {
      if (messages.length === 0) return;
      const inserts = messages.map(({ jobId, attempt, delayMs }) => ({
        data: { jobId },
        // One waiting message for an attempt: the library's policy "short" drops the second.
        singletonKey: `${jobId}:${attempt}`,
        ...(delayMs > 0 ? { startAfter: delayMs / 1_000 } : {}),
      }));
      await guarded(() => boss.insert(QUEUE, inserts, { db: asDb(sql) }));
    },
    take: async (limit) => {
      const jobs = await guarded(() => boss.fetch<{ readonly jobId: string }>(QUEUE, { batchSize: limit }));
      // Not waited for: should the removal fail, the message expires and its job is found to be taken.
      if (jobs.length > 0) boss.deleteJob(QUEUE, jobs).catch(onFault);
      return jobs.map(({ data }) => data.jobId);
    },
    [Symbol.asyncDispose]: async () => {
      await boss.stop({ graceful: false, close: false });
    },
  };
}

/** Our database as the library wants it: with the driver's own errors, whose codes it reads. */
function asDb(sql: Sql): Db {
  return {
    executeSql: async (text, values) => {
      try {
        const rows = values?.length ? await sql.query(text, values) : await sql.script(text);
        return { rows: [...rows] };
      } catch (error) {
        throw error instanceof DrydockError && error.cause !== undefined ? error.cause : error;
      }
    },
  };
}

async function guarded<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body();
  } catch (error) {
    throw databaseError(error);
  }
}

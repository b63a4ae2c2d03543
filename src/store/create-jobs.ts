import { randomUUID } from 'node:crypto';
import type { Job } from '../core/job.ts';
import type { JobEventData, NewJob } from '../core/ports.ts';
import type { Boss } from './boss.ts';
import { writeContext } from './context-parts.ts';
import type { Database, Sql } from './database.ts';
import { JOB_COLUMNS, readJob } from './job-row.ts';
import { assertStorable } from './new-job.ts';
import { type News, QUEUE_TOPIC } from './news.ts';

/**
 * Submissions that come while a transaction runs share the next one. A message to the queue costs 2 to 4 ms on PGlite,
 * a hundred in one statement 5 to 20 ms: under load a shared transaction makes several times as many jobs a second
 * (see bench/store.ts).
 */
const BATCH_MAX = 100;
const BATCH_MAX_CHARACTERS = 4 * 2 ** 20;

export interface CreateJobsDeps {
  readonly database: Database;
  readonly boss: Boss;
  readonly news: News;
}

interface Wish {
  readonly id: string;
  readonly job: NewJob;
  readonly resolve: (job: Job) => void;
  readonly reject: (error: unknown) => void;
}

/** Stores and queues new jobs; resolves when the transaction that holds the job is committed. */
export function createCreateJobs(deps: CreateJobsDeps): (job: NewJob) => Promise<Job> {
  const wishes: Wish[] = [];
  let isRunning = false;

  async function run(): Promise<void> {
    isRunning = true;
    while (wishes.length > 0) await serve(deps, takeBatch(wishes));
    isRunning = false;
  }

  return (job) => {
    try {
      assertStorable(job);
    } catch (error) {
      return Promise.reject(error);
    }
    return new Promise((resolve, reject) => {
      wishes.push({ id: randomUUID(), job, resolve, reject });
      // Only in the next turn, so that those who come in the same turn come along.
      if (!isRunning) {
        isRunning = true;
        setImmediate(() => void run());
      }
    });
  };
}

function takeBatch(wishes: Wish[]): readonly Wish[] {
  let characters = 0;
  const end = wishes.findIndex(({ job }, index) => {
    characters += job.dockerfile.length + (job.context?.length ?? 0);
    return index >= BATCH_MAX || (index > 0 && characters > BATCH_MAX_CHARACTERS);
  });
  return wishes.splice(0, end === -1 ? wishes.length : end);
}

async function serve(deps: CreateJobsDeps, batch: readonly Wish[]): Promise<void> {
  try {
    const jobs = await deps.database.transaction(async (sql) => {
      const made = await insert(sql, batch);
      await deps.boss.send(
        sql,
        batch.map(({ id }) => ({ jobId: id, attempt: 1, delayMs: 0 })),
      );
      await deps.news.announce(sql, [QUEUE_TOPIC]);
      return made;
    });
    for (const wish of batch) {
      const job = jobs.get(wish.id);
      if (job === undefined) wish.reject(new Error(`The job ${wish.id} was not made.`));
      else wish.resolve(job);
    }
    deps.news.tell([QUEUE_TOPIC]);
  } catch (error) {
    const [only, ...others] = batch;
    if (others.length === 0) only?.reject(error);
    // One that the database refuses must not take the others down.
    else for (const wish of batch) await serve(deps, [wish]);
  }
}

async function insert(sql: Sql, batch: readonly Wish[]): Promise<ReadonlyMap<string, Job>> {
  const event: JobEventData = { type: 'status', status: 'init', reason: null };
  const column = (read: (wish: Wish) => unknown): readonly unknown[] => batch.map(read);
  const rows = await sql.query(
    `WITH made AS (
       INSERT INTO jobs (id, name, description, dockerfile, payload_digest, has_context, status, last_event_id)
       SELECT id, name, description, dockerfile, payload_digest, has_context, 'init', 1
       FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::boolean[])
         WITH ORDINALITY AS new (id, name, description, dockerfile, payload_digest, has_context, place)
       ORDER BY place
       RETURNING ${JOB_COLUMNS}
     ), told AS (
       INSERT INTO job_events (job_id, id, attempt, at, data) SELECT id, 1, 1, clock_timestamp(), $7 FROM made
     )
     SELECT * FROM made`,
    [
      column(({ id }) => id),
      column(({ job }) => job.name),
      column(({ job }) => job.description),
      column(({ job }) => job.dockerfile),
      column(({ job }) => job.payloadDigest),
      column(({ job }) => job.context !== null),
      JSON.stringify(event),
    ],
  );
  for (const { id, job } of batch) if (job.context !== null) await writeContext(sql, id, job.context);
  return new Map(rows.map(readJob).map((job) => [job.id, job]));
}

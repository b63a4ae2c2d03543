import { setTimeout as sleep } from 'node:timers/promises';
import { DrydockError, isDrydockError } from '../core/errors.ts';
import type { Clock, EventLog, JobEvent, JobEventData } from '../core/ports.ts';
import type { Database, Row } from './database.ts';
import { isJobId } from './job-row.ts';
import type { News } from './news.ts';
import { createOutputCap, type OutputBounds, type OutputCap } from './output-cap.ts';
import { number, text, time } from './row.ts';

/** Lines of 50 ms go in one statement: a build that prints a thousand lines a second costs 20 statements. */
const BATCH_DELAY_MS = 50;
const BATCH_MAX = 500;
const RETRY_DELAY_MS = 250;
const READ_MAX = 1_000;
/** On a server the news of other processes may get lost; what waits then looks by itself. */
const POLL_MS = 1_000;

export interface EventLogDeps {
  readonly database: Database;
  readonly news: News;
  readonly clock: Clock;
  readonly onFault: (error: unknown) => void;
  readonly bounds?: OutputBounds;
}

/** The log of the store. */
export interface StoreEventLog extends EventLog {
  /** This job's attempt is over: what was counted of its output is forgotten. */
  forget(jobId: string): void;
  /** Writes what is still to be written, for at most `timeoutMs`, and takes nothing more. */
  close(timeoutMs: number): Promise<void>;
}

interface Pending {
  readonly at: string;
  readonly data: JobEventData;
}

/** The events of one attempt on their way. */
interface Stream {
  readonly attempt: number;
  readonly cap: OutputCap;
  readonly pending: Pending[];
  writing: Promise<void> | undefined;
  /** Ends the wait for more events to come along. */
  hurry: () => void;
}

/**
 * Events in SQL, appended in batches and only while the job is at work on this attempt. Hostile text is kept as it is:
 * as JSON it holds no NUL and no lone surrogate that PostgreSQL would refuse. Output beyond the bounds is dropped from the
 * middle, with one line in its place; events of steps are never dropped.
 */
export function createEventLog(deps: EventLogDeps): StoreEventLog {
  const { database, news, clock } = deps;
  const streams = new Map<string, Stream>();
  const closed = new AbortController();

  function push(stream: Stream, events: readonly JobEventData[]): void {
    const at = clock.now().toISOString();
    for (const data of events) stream.pending.push({ at, data });
  }

  /** Starts writing what is pending, unless that goes on already; resolves when nothing is pending. */
  function write(jobId: string, stream: Stream): Promise<void> {
    stream.writing ??= writeAll(jobId, stream);
    return stream.writing;
  }

  async function writeAll(jobId: string, stream: Stream): Promise<void> {
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, BATCH_DELAY_MS);
      stream.hurry = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    while (stream.pending.length > 0 && !closed.signal.aborted) {
      if (await writeBatch(deps, { jobId, stream })) continue;
      stream.pending.length = 0;
      if (streams.get(jobId) === stream) streams.delete(jobId);
    }
    stream.writing = undefined;
  }

  async function flush(jobId: string): Promise<void> {
    const stream = streams.get(jobId);
    if (stream === undefined) return;
    push(stream, stream.cap.drain());
    const written = write(jobId, stream);
    stream.hurry();
    await written;
  }

  return {
    append: (jobId, attempt, data) => {
      const known = streams.get(jobId);
      if (closed.signal.aborted || (known !== undefined && known.attempt > attempt)) return;
      const stream = known?.attempt === attempt ? known : newStream(attempt, deps.bounds);
      streams.set(jobId, stream);
      push(stream, data.type === 'log' ? stream.cap.take(data) : [...stream.cap.drain(), data]);
      if (stream.pending.length > 0) void write(jobId, stream);
    },
    flush,
    read: (jobId, afterId, limit) => read(database, { jobId, afterId, limit }),
    waitForNews: (jobId, timeoutMs, signal) =>
      news.wait(jobId, database.kind === 'postgres' ? Math.min(timeoutMs, POLL_MS) : timeoutMs, signal),
    forget: (jobId) => {
      streams.delete(jobId);
    },
    close: async (timeoutMs) => {
      const timer = setTimeout(() => closed.abort(), timeoutMs);
      await Promise.all([...streams.keys()].map(flush));
      clearTimeout(timer);
      closed.abort();
    },
  };
}

function newStream(attempt: number, bounds?: OutputBounds): Stream {
  return { attempt, cap: createOutputCap(bounds), pending: [], writing: undefined, hurry: () => undefined };
}

/** Writes the next batch. False when the attempt is not the current one any more: its events are worth nothing. */
async function writeBatch(
  { database, news, onFault }: EventLogDeps,
  { jobId, stream }: { readonly jobId: string; readonly stream: Stream },
): Promise<boolean> {
  if (!isJobId(jobId)) return false;
  const batch = stream.pending.slice(0, BATCH_MAX);
  try {
    const isCurrent = await database.transaction(async (sql) => {
      const [row] = await sql.query(
        `WITH head AS (
           UPDATE jobs SET last_event_id = last_event_id + $3
           WHERE id = $1 AND attempt = $2 AND status = 'processing' RETURNING last_event_id
         ), told AS (
           INSERT INTO job_events (job_id, id, attempt, at, data)
           SELECT $1, last_event_id - $3 + place, $2, at, data
           FROM head, unnest($4::timestamptz[], $5::text[]) WITH ORDINALITY AS event (at, data, place)
         )
         SELECT true AS is_current FROM head`,
        [
          jobId,
          stream.attempt,
          batch.length,
          batch.map(({ at }) => at),
          batch.map(({ data }) => JSON.stringify(data)),
        ],
      );
      if (row !== undefined) await news.announce(sql, [jobId]);
      return row !== undefined;
    });
    stream.pending.splice(0, batch.length);
    if (isCurrent) news.tell([jobId]);
    return isCurrent;
  } catch (error) {
    onFault(error);
    if (isDrydockError(error, 'database-unavailable')) await sleep(RETRY_DELAY_MS);
    else stream.pending.splice(0, batch.length);
    return true;
  }
}

interface ReadRequest {
  readonly jobId: string;
  readonly afterId: number;
  readonly limit: number;
}

async function read(
  database: Database,
  { jobId, afterId, limit }: ReadRequest,
): Promise<readonly JobEvent[]> {
  if (!isJobId(jobId)) return [];
  const rows = await database.query(
    `SELECT id::float8 AS id, at, attempt, data FROM job_events
     WHERE job_id = $1 AND id > $2 ORDER BY job_events.id LIMIT $3`,
    [jobId, afterId, Math.max(1, Math.min(READ_MAX, limit))],
  );
  return rows.map(readEvent);
}

function readEvent(row: Row): JobEvent {
  return {
    id: number(row, 'id'),
    at: time(row, 'at'),
    attempt: number(row, 'attempt'),
    data: parseData(text(row, 'data')),
  };
}

function parseData(json: string): JobEventData {
  const value: unknown = JSON.parse(json);
  if (isEventData(value)) return value;
  throw new DrydockError('invariant-broken', 'A stored event was expected to have a known type; it has not.');
}

/** It was a `JobEventData` when this store wrote it; only its type is asked for. */
function isEventData(value: unknown): value is JobEventData {
  return (
    typeof value === 'object' &&
    value !== null &&
    'type' in value &&
    (value.type === 'status' || value.type === 'stage' || value.type === 'log')
  );
}

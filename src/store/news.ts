import { performance } from 'node:perf_hooks';
import type { Database, Sql } from './database.ts';

const CHANNEL = 'drydock_news';
/** The topic of a job that is to be done; all others are ids of jobs. */
export const QUEUE_TOPIC = 'queue';
/** Whoever reads and then waits may miss what came between: news this young still wakes. */
const RECENT_MS = 100;
const RECENT_MAX = 1_000;

/** Who waits hears, in this process at once and in others by LISTEN and NOTIFY. A hint only: always read again. */
export interface News {
  /** Part of a transaction: other processes hear when it commits. */
  announce(sql: Sql, topics: readonly string[]): Promise<void>;
  /** To be called after the commit. */
  tell(topics: readonly string[]): void;
  /** Resolves at news of the topic, after `timeoutMs`, or when aborted. Never rejects. */
  wait(topic: string, timeoutMs: number, signal: AbortSignal): Promise<void>;
}

/** News over this database. Listens until the database is disposed. */
export async function createNews(database: Database): Promise<News> {
  const waiting = new Map<string, Set<() => void>>();
  const recent = new Map<string, number>();

  function tell(topics: readonly string[]): void {
    const now = performance.now();
    for (const topic of topics) {
      recent.delete(topic);
      recent.set(topic, now);
      for (const wake of [...(waiting.get(topic) ?? [])]) wake();
    }
    for (const [topic, at] of recent) {
      if (recent.size <= RECENT_MAX && now - at <= RECENT_MS) break;
      recent.delete(topic);
    }
  }

  await database.listen(CHANNEL, (payload) => tell(payload === null ? [...waiting.keys()] : [payload]));
  return {
    announce: async (sql, topics) => {
      if (database.kind === 'postgres')
        await sql.query(`SELECT pg_notify('${CHANNEL}', topic) FROM unnest($1::text[]) AS topic`, [
          [...new Set(topics)],
        ]);
    },
    tell,
    wait: (topic, timeoutMs, signal) => {
      const age = performance.now() - (recent.get(topic) ?? Number.NEGATIVE_INFINITY);
      return waitOnce(waiting, {
        topic,
        ms: age < RECENT_MS ? Math.min(timeoutMs, RECENT_MS - age) : timeoutMs,
        signal,
      });
    },
  };
}

interface Wait {
  readonly topic: string;
  readonly ms: number;
  readonly signal: AbortSignal;
}

function waitOnce(waiting: Map<string, Set<() => void>>, { topic, ms, signal }: Wait): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const mine = waiting.get(topic) ?? new Set();
    waiting.set(topic, mine);
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      mine.delete(done);
      if (mine.size === 0 && waiting.get(topic) === mine) waiting.delete(topic);
      resolve();
    };
    const timer = setTimeout(done, ms);
    mine.add(done);
    signal.addEventListener('abort', done, { once: true });
  });
}

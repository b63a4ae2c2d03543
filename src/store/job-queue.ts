import { setTimeout as sleep } from 'node:timers/promises';
import type { JobQueue } from '../core/ports.ts';
import type { Boss } from './boss.ts';
import type { Database } from './database.ts';
import { type News, QUEUE_TOPIC } from './news.ts';
import { number, text } from './row.ts';

/** The longest that a message which nobody was told of (a delayed one, or news that got lost) waits on. */
const POLL_MS = 1_000;
const RESEND_MS = 10_000;
const RESEND_MAX = 500;

export interface JobQueueDeps {
  readonly database: Database;
  readonly boss: Boss;
  readonly news: News;
  readonly onFault: (error: unknown) => void;
  /** How often jobs that wait without a message are looked for. Default 10 s. */
  readonly resendMs?: number;
}

/** The queue: wakes workers for jobs that wait, within milliseconds when news of them comes, else by asking each second. */
export function createJobQueue(deps: JobQueueDeps): JobQueue {
  return {
    work: async (concurrency, handle) => {
      const stopped = new AbortController();
      const inHand = new Set<Promise<void>>();
      const take = async (): Promise<void> => {
        for (const jobId of await deps.boss.take(concurrency - inHand.size)) {
          const done = handle(jobId, stopped.signal)
            .catch(deps.onFault)
            .finally(() => {
              inHand.delete(done);
            });
          inHand.add(done);
        }
      };
      await resendForgotten(deps, 0);
      const resendMs = deps.resendMs ?? RESEND_MS;
      const resending = repeat(resendMs, stopped.signal, () =>
        resendForgotten(deps, resendMs / 2).catch(deps.onFault),
      );
      const taking = (async () => {
        while (!stopped.signal.aborted) {
          if (inHand.size >= concurrency) await Promise.race(inHand);
          else {
            await take().catch(deps.onFault);
            if (inHand.size < concurrency) await deps.news.wait(QUEUE_TOPIC, POLL_MS, stopped.signal);
          }
        }
      })();
      return async () => {
        stopped.abort();
        deps.news.tell([QUEUE_TOPIC]);
        await Promise.all([resending, taking]);
        await Promise.all(inHand);
      };
    },
  };
}

/**
 * Sends anew for jobs that wait and may have no message: their message was taken by a process that died before it
 * started them. Those that have one keep it.
 */
async function resendForgotten({ database, boss, news }: JobQueueDeps, waitedMs: number): Promise<void> {
  const rows = await database.query(
    `SELECT id, attempt FROM jobs
     WHERE status = 'init' AND ready_at < now() - $1 * interval '1 millisecond'
     ORDER BY queue_seq LIMIT ${RESEND_MAX}`,
    [waitedMs],
  );
  if (rows.length === 0) return;
  await boss.send(
    database,
    rows.map((row) => ({ jobId: text(row, 'id'), attempt: number(row, 'attempt'), delayMs: 0 })),
  );
  news.tell([QUEUE_TOPIC]);
}

async function repeat(everyMs: number, signal: AbortSignal, body: () => Promise<void>): Promise<void> {
  const pause = (): Promise<boolean> => sleep(everyMs, true, { signal }).catch(() => false);
  while (await pause()) await body();
}

import type { Clock, EventLog, JobEventData } from '../../src/core/ports.ts';
import type { KeptJob } from './memory-jobs.ts';

/** Writes an event of a job whatever its status, and wakes who waits for it. */
export type RecordEvent = (jobId: string, attempt: number, data: JobEventData) => void;

/** The events of jobs that are kept elsewhere. Output is not bounded, lines are not cut: only the real log does that. */
export function createMemoryEvents(
  kept: ReadonlyMap<string, KeptJob>,
  clock: Clock,
): { readonly events: EventLog; readonly record: RecordEvent } {
  const waiting = new Map<string, Set<() => void>>();
  const record: RecordEvent = (jobId, attempt, data) => {
    const events = kept.get(jobId)?.events;
    events?.push({ id: events.length + 1, at: clock.now().toISOString(), attempt, data });
    for (const wake of waiting.get(jobId) ?? []) wake();
  };
  const events: EventLog = {
    append: (jobId, attempt, data) => {
      const job = kept.get(jobId)?.job;
      if (job?.attempt === attempt && job.status === 'processing') record(jobId, attempt, data);
    },
    flush: async () => undefined,
    read: async (jobId, afterId, limit) => kept.get(jobId)?.events.slice(afterId, afterId + limit) ?? [],
    waitForNews: async (jobId, timeoutMs, signal) => {
      if (signal.aborted) return;
      const { promise, resolve } = Promise.withResolvers<void>();
      const wakers = waiting.get(jobId) ?? new Set();
      waiting.set(jobId, wakers.add(resolve));
      const timer = setTimeout(resolve, timeoutMs);
      signal.addEventListener('abort', () => resolve(), { once: true });
      await promise;
      clearTimeout(timer);
      wakers.delete(resolve);
      if (wakers.size === 0) waiting.delete(jobId);
    },
  };
  return { events, record };
}

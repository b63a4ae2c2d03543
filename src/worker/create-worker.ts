import { setTimeout as sleep } from 'node:timers/promises';
import type { Job } from '../core/job.ts';
import type { JobQueue } from '../core/ports.ts';
import { type WorkDeps, workOnJob } from './work-on-job.ts';

/** Cancelling is heard of by the heartbeat, so it comes more often than the lease alone would need. */
const HEARTBEAT_MS = 1_000;
const GRACE_MS = 10_000;
const RECOVER_MS = 10_000;

export interface WorkerDeps extends Omit<WorkDeps, 'heartbeatMs' | 'graceMs'> {
  readonly queue: JobQueue;
  /** Tells this worker from others in messages, e.g. host and process id. */
  readonly workerId: string;
  /** How many jobs are in hand at once. */
  readonly concurrency: number;
  /** Default 1 s, and never more than a third of the lease. */
  readonly heartbeatMs?: number;
  /** Default 10 s. */
  readonly graceMs?: number;
  /** Removes what dead workers left in the engine, except these spaces. */
  readonly sweepEngine?: (keep: readonly string[]) => Promise<readonly string[]>;
}

/** A worker at work. Disposing takes no more jobs, gives those in hand `graceMs` to end, then stops them and gives them back. */
export type Worker = AsyncDisposable;

/**
 * Recovers what dead workers held, cleans up behind them, and takes jobs from then on. A failure that is not the
 * submission's is tried again as the error table says; what goes wrong in the background goes to `onFault`.
 */
export async function createWorker(deps: WorkerDeps): Promise<Worker> {
  const work: WorkDeps = {
    ...deps,
    heartbeatMs: Math.min(deps.heartbeatMs ?? HEARTBEAT_MS, deps.leaseMs / 3),
    graceMs: deps.graceMs ?? GRACE_MS,
  };
  const inHand = new Set<Job>();
  const stopped = new AbortController();
  const recovery = createRecovery(deps, inHand);
  await recovery.atStart();
  const recovering = repeat(Math.min(RECOVER_MS, deps.leaseMs / 2), stopped.signal, recovery.run);
  const stopQueue = await deps.queue.work(deps.concurrency, async (jobId, shutdown) => {
    const job = await recovery.begin(() => deps.jobs.start(jobId, deps.workerId));
    if (job === undefined) return;
    await workOnJob(job, work, shutdown);
    inHand.delete(job);
  });
  return {
    [Symbol.asyncDispose]: async () => {
      stopped.abort();
      await Promise.all([stopQueue(), recovering]);
    },
  };
}

/** Looks after jobs and spaces of dead workers. While the engine is swept no job is begun: its space would be unknown. */
function createRecovery({ jobs, leaseMs, sweepEngine, onFault }: WorkerDeps, inHand: Set<Job>) {
  let sweeping: Promise<void> | undefined;
  const beginning = new Set<Promise<unknown>>();

  async function sweep(): Promise<void> {
    await Promise.allSettled(beginning);
    try {
      // A space is named as `pipeline/run-job.ts` names it.
      await sweepEngine?.([...inHand].map(({ id, attempt }) => `${id}-${attempt}`));
    } catch (error) {
      onFault(error);
    }
    sweeping = undefined;
  }

  async function recover(): Promise<number> {
    try {
      return (await jobs.recoverLost(leaseMs)).length;
    } catch (error) {
      onFault(error);
      return 0;
    }
  }

  return {
    /** Starts a job, outside of any sweep. */
    begin: async (start: () => Promise<Job | undefined>): Promise<Job | undefined> => {
      while (sweeping !== undefined) await sweeping;
      const starting = start().then((job) => {
        if (job !== undefined) inHand.add(job);
        return job;
      });
      beginning.add(starting);
      try {
        return await starting;
      } finally {
        beginning.delete(starting);
      }
    },
    atStart: async (): Promise<void> => {
      await recover();
      sweeping = sweep();
      await sweeping;
    },
    run: async (): Promise<void> => {
      if ((await recover()) === 0) return;
      sweeping = sweep();
      await sweeping;
    },
  };
}

async function repeat(everyMs: number, signal: AbortSignal, body: () => Promise<void>): Promise<void> {
  const pause = (): Promise<boolean> => sleep(everyMs, true, { signal }).catch(() => false);
  while (await pause()) await body();
}

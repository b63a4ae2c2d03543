import { setTimeout as sleep } from 'node:timers/promises';
import { isDrydockError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import type { Reason, StepName } from '../core/outcome.ts';
import type { EventLog, JobEventData, JobStore } from '../core/ports.ts';
import type { JobReport } from '../core/report.ts';
import type { JobHooks } from '../pipeline/run-job.ts';
import type { JobInput } from '../pipeline/step.ts';
import { holdLease, type Lease } from './hold-lease.ts';
import { endWithout, isWorthRetrying, jobEndOf, reasonOf } from './job-end.ts';

const WRITE_RETRY_MS = 250;

export interface WorkDeps {
  readonly jobs: JobStore;
  readonly events: Pick<EventLog, 'append' | 'flush'>;
  /** Settles only when everything that it started is gone, also after `signal` aborts. */
  readonly runJob: (input: JobInput, hooks: JobHooks, signal: AbortSignal) => Promise<JobReport>;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  /** How long a job may go on when the worker shuts down, before it is stopped and given back. */
  readonly graceMs: number;
  readonly onFault: (error: unknown) => void;
}

/** What came of an attempt. */
type Result = { readonly report: JobReport } | { readonly error: unknown };

/** Takes a started job the whole way and records what came of it. Never rejects. */
export async function workOnJob(job: Job, deps: WorkDeps, shutdown: AbortSignal): Promise<void> {
  await using lease = holdLease(job, deps);
  using _grace = stopAfterGrace(lease, shutdown, deps.graceMs);
  const stages = trackStages(job, deps);
  const result = await attempt(job, deps, { lease, emit: stages.emit });
  await untilLost(stages.settled(), lease);
  await untilLost(deps.events.flush(job.id), lease);
  await settle(deps, { job, lease, result, stage: stages.current() });
}

interface Doing {
  readonly lease: Lease;
  readonly emit: (data: JobEventData) => void;
}

async function attempt(job: Job, deps: WorkDeps, { lease, emit }: Doing): Promise<Result> {
  try {
    const context = job.hasContext ? await deps.jobs.context(job.id) : null;
    const { id, name, attempt: number, dockerfile } = job;
    return {
      report: await deps.runJob({ id, name, attempt: number, dockerfile, context }, { emit }, lease.signal),
    };
  } catch (error) {
    return { error };
  }
}

/** Passes on what happens, and tells the store of each new stage, in order. */
function trackStages(job: Job, { jobs, events, onFault }: WorkDeps) {
  let stage: StepName = 'intake';
  let told: Promise<unknown> = Promise.resolve();
  return {
    current: () => stage,
    settled: () => told,
    emit: (data: JobEventData): void => {
      events.append(job.id, job.attempt, data);
      if (data.type !== 'stage' || data.state !== 'started') return;
      stage = data.stage;
      told = told.then(() => jobs.enterStage(job.id, job.attempt, data.stage)).catch(onFault);
    },
  };
}

interface Settling {
  readonly job: Job;
  readonly lease: Lease;
  readonly result: Result;
  readonly stage: StepName;
}

/**
 * Writes how the attempt ended. What ended before it could be stopped stands as it ended; our own failures are given
 * back; an attempt that is not ours any more leaves no word.
 */
async function settle(deps: WorkDeps, { job, lease, result, stage }: Settling): Promise<void> {
  const { jobs, onFault } = deps;
  const { id, attempt: number } = job;
  const cause = lease.cause();
  if (cause === 'lost') return;
  const isStopped = 'error' in result || result.report.verdict.status === 'canceled';
  if (isStopped && cause === 'shutdown') return write(deps, lease, () => jobs.giveBack(id, number, null));
  if ('report' in result) return write(deps, lease, () => jobs.finish(id, number, jobEndOf(result.report)));
  if (cause === 'canceled') {
    const reason: Reason = { code: 'canceled', stage, message: 'The job was cancelled.' };
    return write(deps, lease, () => jobs.finish(id, number, endWithout('canceled', reason)));
  }
  onFault(result.error);
  const reason = reasonOf(result.error, stage);
  return write(deps, lease, () =>
    isWorthRetrying(result.error)
      ? jobs.giveBack(id, number, reason)
      : jobs.finish(id, number, endWithout('error', reason)),
  );
}

/** A write that waits for a database that is away, as long as the attempt is ours: each is fenced, so twice is once. */
async function write({ onFault }: WorkDeps, { lost }: Lease, body: () => Promise<unknown>): Promise<void> {
  while (!lost.aborted) {
    try {
      await body();
      return;
    } catch (error) {
      onFault(error);
      if (!isDrydockError(error, 'database-unavailable')) return;
      await sleep(WRITE_RETRY_MS);
    }
  }
}

async function untilLost(work: Promise<unknown>, { lost }: Lease): Promise<void> {
  if (lost.aborted) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const done = (): void => resolve();
  lost.addEventListener('abort', done, { once: true });
  await Promise.race([work, promise]);
  lost.removeEventListener('abort', done);
}

function stopAfterGrace(lease: Lease, shutdown: AbortSignal, graceMs: number): Disposable {
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    timer = setTimeout(() => lease.stop('shutdown'), graceMs);
  };
  if (shutdown.aborted) begin();
  else shutdown.addEventListener('abort', begin, { once: true });
  return {
    [Symbol.dispose]: () => {
      clearTimeout(timer);
      shutdown.removeEventListener('abort', begin);
    },
  };
}

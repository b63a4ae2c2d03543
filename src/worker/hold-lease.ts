import { setTimeout as sleep } from 'node:timers/promises';
import type { JobStore } from '../core/ports.ts';

/** Why work on a job must stop. */
export type StopCause = 'canceled' | 'lost' | 'shutdown';

export interface LeaseDeps {
  readonly jobs: Pick<JobStore, 'heartbeat'>;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  readonly onFault: (error: unknown) => void;
}

/** The hold on one attempt of a job. Disposing lets go of it without telling anybody. */
export interface Lease extends AsyncDisposable {
  /** Aborts when the work must stop; `cause` says why. */
  readonly signal: AbortSignal;
  readonly cause: () => StopCause | undefined;
  /** Aborts when the attempt is not ours any more: nothing may be written for it. Work may have been stopped before. */
  readonly lost: AbortSignal;
  stop(cause: StopCause): void;
}

/** A lease counts as lost when this part of it has passed since the last heartbeat that was answered. */
const LOST_AFTER = 2 / 3;

/**
 * Keeps telling the store that the job is in hand and stops the work when it was cancelled, given to another or can't
 * be confirmed: the last third of the lease is for killing what runs before somebody else starts it again.
 */
export function holdLease(
  { id, attempt }: { readonly id: string; readonly attempt: number },
  deps: LeaseDeps,
): Lease {
  const stopped = new AbortController();
  const lost = new AbortController();
  const released = new AbortController();
  let cause: StopCause | undefined;
  let watchdog: NodeJS.Timeout | undefined;

  function stop(why: StopCause): void {
    cause = cause === undefined || why === 'lost' ? why : cause;
    if (why === 'lost') lost.abort();
    if (!stopped.signal.aborted) stopped.abort(new Error(`The work on job ${id} was stopped: ${why}.`));
  }

  function watch(sinceMs: number): void {
    clearTimeout(watchdog);
    watchdog = setTimeout(() => stop('lost'), sinceMs + deps.leaseMs * LOST_AFTER - performance.now());
  }

  async function beat(): Promise<void> {
    const askedAtMs = performance.now();
    try {
      const answer = await deps.jobs.heartbeat(id, attempt);
      if (released.signal.aborted) return;
      if (answer === 'lost') return stop('lost');
      watch(askedAtMs);
      if (answer === 'cancel') stop('canceled');
    } catch (error) {
      deps.onFault(error);
    }
  }

  async function keep(): Promise<void> {
    const pause = (): Promise<boolean> =>
      sleep(deps.heartbeatMs, true, { signal: released.signal }).catch(() => false);
    while ((await pause()) && !lost.signal.aborted) await beat();
  }

  watch(performance.now());
  const keeping = keep();
  return {
    signal: stopped.signal,
    cause: () => cause,
    lost: lost.signal,
    stop,
    [Symbol.asyncDispose]: async () => {
      released.abort();
      clearTimeout(watchdog);
      // A heartbeat that hangs with its database is not waited for.
      await Promise.race([keeping, sleep(50)]);
    },
  };
}

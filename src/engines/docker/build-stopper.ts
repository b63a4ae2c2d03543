import type { BuildLimits } from '../../core/limits.ts';
import type { BuildOutcome } from '../../core/outcome.ts';

/** Why and when a build is to end before its time. */
export interface BuildStopper {
  /** Aborts when the build is to stop, for whatever reason, and when it has ended. */
  readonly signal: AbortSignal;
  /** Stops with this outcome, unless there is another already. */
  stop(outcome: BuildOutcome): void;
  /** Stops without an outcome; what has ended can be told so too. */
  end(): void;
  outcome(): BuildOutcome | null;
}

/** Stops when the time is up, and when `signal` aborts. */
export function createBuildStopper(limits: BuildLimits, signal: AbortSignal): BuildStopper {
  const controller = new AbortController();
  let outcome: BuildOutcome | null = null;
  const end = (): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', end);
    controller.abort();
  };
  const stop = (because: BuildOutcome): void => {
    outcome ??= because;
    end();
  };
  const onTime = (): void => stop({ status: 'timed-out', timeoutMs: limits.timeoutMs });
  const timer = setTimeout(onTime, limits.timeoutMs);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  return { signal: controller.signal, stop, end, outcome: () => outcome };
}

import { setTimeout as delay } from 'node:timers/promises';
import type { LogLine } from '../../core/outcome.ts';

export type FakeStop =
  | { readonly status: 'timed-out'; readonly timeoutMs: number }
  | { readonly status: 'output-exceeded'; readonly maxOutputBytes: number };

export interface FakeWork {
  readonly lines: readonly LogLine[];
  readonly workMs: number;
  readonly limits: { readonly timeoutMs: number; readonly maxOutputBytes: number };
  readonly onLog: (line: LogLine) => void;
}

/**
 * Gives the lines and takes its time, within the limits. Resolves with what stopped it, or null; rejects with the
 * signal's reason when that aborts.
 */
export async function doFakeWork(
  { lines, workMs, limits, onLog }: FakeWork,
  signal: AbortSignal,
): Promise<FakeStop | null> {
  let bytes = 0;
  for (const line of lines) {
    bytes += Buffer.byteLength(line.text) + 1;
    if (bytes > limits.maxOutputBytes)
      return { status: 'output-exceeded', maxOutputBytes: limits.maxOutputBytes };
    onLog(line);
    signal.throwIfAborted();
  }
  try {
    await delay(Math.min(workMs, limits.timeoutMs), undefined, { signal });
  } catch {
    signal.throwIfAborted();
  }
  return workMs > limits.timeoutMs ? { status: 'timed-out', timeoutMs: limits.timeoutMs } : null;
}

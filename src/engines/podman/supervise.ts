import type { LogLine } from '../../core/outcome.ts';
import type { Cgroup } from '../cgroup.ts';
import { createLineSplitter } from '../line-splitter.ts';
import type { Cell } from './cell.ts';

const LAST_LINES = 20;

export interface Supervision {
  readonly cell: Cell;
  readonly cgroup: Cgroup | undefined;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  readonly maxOutputBytes: number;
  /** What no cgroup caps: watched instead. Null is not watched. */
  readonly watched: {
    readonly memoryBytes: number | null;
    readonly processes: number | null;
    readonly diskBytes: number | null;
  };
  readonly stage: LogLine['stage'];
  readonly onLog: (line: LogLine) => void;
  /** A piece of standard output that matches begins a line, whatever came before. */
  readonly startsLine?: RegExp;
  readonly signal: AbortSignal;
  /** Ends the step's programs; called at most once. */
  readonly stop: () => Promise<void>;
}

/** How a step in a cell ended, and the last lines that it wrote on standard error. */
export type StepEnd = {
  readonly lastErrors: readonly string[];
  readonly durationMs: number;
} & (
  | { readonly status: 'ended'; readonly exitCode: number | null; readonly signal: string | null }
  | { readonly status: 'timed-out' | 'output-exceeded' | 'memory' | 'processes' | 'disk' }
);

/**
 * Runs one program in a cell until it ends or one of its limits ends it. Rejects with the signal's reason when it
 * aborts, after everything in the cell is dead; throws `engine-failed` when the cell ends by itself.
 */
export async function supervise(options: Supervision): Promise<StepEnd> {
  const { cell, cgroup, signal } = options;
  let why: Exclude<StepEnd['status'], 'ended'> | 'aborted' | undefined;
  let stopping: Promise<void> = Promise.resolve();
  const stop = (reason: NonNullable<typeof why>): void => {
    if (why !== undefined) return;
    why = reason;
    stopping = options.stop();
    stopping.catch(() => undefined);
  };
  const onAbort = (): void => stop('aborted');
  signal.addEventListener('abort', onAbort, { once: true });
  if (signal.aborted) stop('aborted');
  const timer = setTimeout(() => stop('timed-out'), options.timeoutMs);
  const { watched } = options;
  if (watched.memoryBytes !== null || watched.processes !== null || watched.diskBytes !== null)
    cell.watch({ ...watched, onLimit: stop });
  const logs = createLogs(options);
  const startedAt = performance.now();
  const exit = await cell
    .spawn({ ...options, onOutput: logs.push, onOutputExceeded: () => stop('output-exceeded') })
    .catch((error: unknown) => ({ error }));
  const durationMs = performance.now() - startedAt;
  clearTimeout(timer);
  signal.removeEventListener('abort', onAbort);
  await stopping;
  const end = { lastErrors: logs.end(), durationMs };
  if (why === 'aborted') {
    await cell[Symbol.asyncDispose]();
    signal.throwIfAborted();
  }
  if (why !== undefined && why !== 'aborted') return { status: why, ...end };
  const isShort = (cgroup === undefined ? 0 : await cgroup.countOutOfMemory()) > 0;
  if (isShort && ('error' in exit || exit.exitCode !== 0)) return { status: 'memory', ...end };
  if ('error' in exit) throw exit.error;
  return { status: 'ended', ...exit, ...end };
}

function createLogs({ stage, onLog, startsLine }: Supervision): {
  push(stream: 'stdout' | 'stderr', chunk: Buffer): void;
  end(): readonly string[];
} {
  const lastErrors: string[] = [];
  const splitters = {
    stdout: createLineSplitter((text) => onLog({ stage, stream: 'stdout', text })),
    stderr: createLineSplitter((text) => {
      lastErrors.push(text);
      if (lastErrors.length > LAST_LINES) lastErrors.shift();
      onLog({ stage, stream: 'stderr', text });
    }),
  };
  return {
    push(stream, chunk) {
      if (stream === 'stdout' && startsLine?.test(chunk.toString('latin1', 0, 80)) === true)
        splitters.stdout.end();
      splitters[stream].push(chunk);
    },
    end() {
      splitters.stdout.end();
      splitters.stderr.end();
      return lastErrors;
    },
  };
}

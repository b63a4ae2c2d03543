import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { constants } from 'node:os';
import { Readable, type Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DrydockError } from '../core/errors.ts';
import { createLineSplitter, type LineSplitter } from './line-splitter.ts';

/** How long the pipes may stay open after the program itself has ended; a stray grandchild can hold them for ever. */
const PIPE_GRACE_MS = 500;

interface Program {
  /** A name that is looked up in `env.PATH`, or an absolute path. */
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment of the program: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Only root may give these; supplementary groups are dropped. */
  readonly uid?: number;
  readonly gid?: number;
}

export interface ExecRequest extends Program {
  readonly input?: string | Uint8Array | Readable;
  readonly timeoutMs: number;
  /** Standard output and standard error together. */
  readonly maxOutputBytes: number;
  readonly signal?: AbortSignal;
  /** Called for each line as it comes; lines are bounded by `LOG_LINE_MAX_BYTES`. */
  readonly onLine?: (line: { readonly stream: 'stdout' | 'stderr'; readonly text: string }) => void;
}

/** How a program ended, always with what it had written until then. */
export type ExecResult = {
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output, not decoded. */
  readonly stdoutBytes: Uint8Array;
} & (
  | { readonly status: 'exited'; readonly exitCode: number }
  | { readonly status: 'killed'; readonly signal: string }
  | { readonly status: 'timed-out'; readonly timeoutMs: number }
  | { readonly status: 'output-exceeded'; readonly maxOutputBytes: number }
);

/**
 * Runs a program to its end, without a shell and in a process group of its own, which is killed whole at the end.
 * Throws `tool-missing` when there is no such program; rejects with the signal's reason when it aborts, after the
 * program is dead.
 */
export async function exec(request: ExecRequest): Promise<ExecResult> {
  request.signal?.throwIfAborted();
  const process = start(request, ['pipe', 'pipe', 'pipe']);
  await started(process, request);
  let ended: 'timed-out' | 'output-exceeded' | undefined;
  const stop = (why?: typeof ended): void => {
    ended ??= why;
    killGroup(process);
  };
  const onAbort = (): void => stop();
  const timer = setTimeout(() => stop('timed-out'), request.timeoutMs);
  request.signal?.addEventListener('abort', onAbort, { once: true });
  if (request.signal?.aborted === true) stop();
  const output = collectOutput(process, request, () => stop('output-exceeded'));
  try {
    const fed = feed(process, request.input);
    await ending(process);
    await fed;
  } finally {
    clearTimeout(timer);
    request.signal?.removeEventListener('abort', onAbort);
    killGroup(process);
  }
  request.signal?.throwIfAborted();
  const written = output();
  if (ended === 'timed-out') return { status: ended, timeoutMs: request.timeoutMs, ...written };
  if (ended !== undefined) return { status: ended, maxOutputBytes: request.maxOutputBytes, ...written };
  if (process.signalCode !== null) return { status: 'killed', signal: process.signalCode, ...written };
  return { status: 'exited', exitCode: process.exitCode ?? -1, ...written };
}

export interface ChildRequest extends Program {
  /** Open descriptors of this process that the child gets as 3, 4, … in this order. */
  readonly inherit?: readonly number[];
}

/** A running program with open pipes. Whoever started it must `kill` it; that is never an error. */
export interface Child {
  readonly pid: number;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves when the program has ended and its pipes are closed. */
  readonly ended: Promise<{ readonly exitCode: number | null; readonly signal: string | null }>;
  isRunning(): boolean;
  /** Kills the program's whole process group. */
  kill(): void;
}

/** Starts a program and keeps its pipes open. No limits: they are the caller's. Throws `tool-missing`. */
export async function spawnChild(request: ChildRequest): Promise<Child> {
  const process = start(request, ['pipe', 'pipe', 'pipe', ...(request.inherit ?? [])]);
  await started(process, request);
  const { pid, stdin, stdout, stderr } = process;
  if (pid === undefined || stdin === null || stdout === null || stderr === null)
    throw new DrydockError('invariant-broken', `${request.command} was started without its pipes.`);
  stdin.on('error', () => undefined);
  return {
    pid,
    stdin,
    stdout,
    stderr,
    ended: ending(process).then(() => ({ exitCode: process.exitCode, signal: process.signalCode })),
    isRunning: () => process.exitCode === null && process.signalCode === null,
    kill: () => killGroup(process),
  };
}

function start(program: Program, stdio: readonly ('pipe' | number)[]): ChildProcess {
  return spawn(program.command, [...program.args], {
    stdio: [...stdio],
    env: { ...program.env },
    detached: true,
    ...(program.cwd === undefined ? {} : { cwd: program.cwd }),
    ...(program.uid === undefined ? {} : { uid: program.uid }),
    ...(program.gid === undefined ? {} : { gid: program.gid }),
  });
}

async function started(process: ChildProcess, program: Program): Promise<void> {
  try {
    if (process.pid === undefined) await once(process, 'spawn');
  } catch (cause) {
    const isFolderMissing =
      program.cwd !== undefined && (await stat(program.cwd).catch(() => undefined)) === undefined;
    throw new DrydockError(
      'tool-missing',
      isFolderMissing
        ? `${program.command} was to start in ${program.cwd}, but there is no such folder.`
        : `The program ${program.command} was expected on this machine, but it could not be started (${cause instanceof Error ? cause.message : String(cause)}). Install it; \`drydock doctor\` shows how.`,
      { cause },
    );
  }
}

function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    globalThis.process.kill(-child.pid, constants.signals.SIGKILL);
  } catch {
    // The group is gone already.
  }
}

/** Resolves when the program has ended and its pipes are closed, or were closed by force. */
async function ending(process: ChildProcess): Promise<void> {
  if (process.exitCode === null && process.signalCode === null) await once(process, 'exit');
  const pipes = [process.stdout, process.stderr].filter((pipe) => pipe !== null);
  if (pipes.every((pipe) => pipe.closed)) return;
  const force = setTimeout(() => {
    for (const pipe of pipes) pipe.destroy();
  }, PIPE_GRACE_MS);
  await Promise.all(pipes.map((pipe) => (pipe.closed ? undefined : once(pipe, 'close'))));
  clearTimeout(force);
}

async function feed(process: ChildProcess, input: ExecRequest['input']): Promise<void> {
  const stdin = process.stdin;
  if (stdin === null) return;
  // A program that does not read its input to the end is none of our business.
  stdin.on('error', () => undefined);
  if (input instanceof Readable) await pipeline(input, stdin).catch(() => undefined);
  else stdin.end(input ?? '');
}

function collectOutput(
  process: ChildProcess,
  request: ExecRequest,
  onTooMuch: () => void,
): () => Pick<ExecResult, 'stdout' | 'stderr' | 'stdoutBytes'> {
  const chunks: Record<'stdout' | 'stderr', Buffer[]> = { stdout: [], stderr: [] };
  const splitters: LineSplitter[] = [];
  let roomBytes = request.maxOutputBytes;
  for (const stream of ['stdout', 'stderr'] as const) {
    const { onLine } = request;
    const splitter =
      onLine === undefined ? undefined : createLineSplitter((text) => onLine({ stream, text }));
    if (splitter !== undefined) splitters.push(splitter);
    process[stream]?.on('data', (chunk: Buffer) => {
      const kept = chunk.subarray(0, roomBytes);
      roomBytes -= kept.length;
      chunks[stream].push(kept);
      splitter?.push(kept);
      if (kept.length < chunk.length) onTooMuch();
    });
    process[stream]?.on('error', () => undefined);
  }
  return () => {
    for (const splitter of splitters) splitter.end();
    const stdoutBytes = Buffer.concat(chunks.stdout);
    return {
      stdout: stdoutBytes.toString('utf8'),
      stderr: Buffer.concat(chunks.stderr).toString('utf8'),
      stdoutBytes,
    };
  };
}

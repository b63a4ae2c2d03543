import { DrydockError } from '../../core/errors.ts';
import type { EngineAccount } from './account.ts';
import type { Cell } from './cell.ts';
import { engineEnv } from './podman-args.ts';

const TIMEOUT_MS = 60_000;

export interface CommandResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface CommandRequest {
  readonly cell: Cell;
  readonly account: EngineAccount;
  readonly args: readonly string[];
  readonly maxOutputBytes?: number;
  readonly timeoutMs?: number;
  readonly input?: AsyncIterable<Buffer>;
  /** Where large files pass through; in a cell without a space `/space` is a small tmpfs. */
  readonly temporaryFolder?: string;
}

/**
 * Runs a short Podman command of our own in a cell. Too much output or too much time is `engine-failed`, and the
 * cell is dead then.
 */
export async function runPodman(request: CommandRequest): Promise<CommandResult> {
  const {
    cell,
    account,
    args,
    timeoutMs = TIMEOUT_MS,
    maxOutputBytes = 1024 * 1024,
    temporaryFolder,
  } = request;
  const output = { stdout: '', stderr: '' };
  let problem: string | undefined;
  const stop = (why: string): void => {
    problem = why;
    void cell[Symbol.asyncDispose]();
  };
  const timer = setTimeout(() => stop(`it took more than ${timeoutMs} ms`), timeoutMs);
  try {
    const { exitCode } = await cell.spawn({
      command: 'podman',
      args,
      env: { ...engineEnv(account), ...(temporaryFolder === undefined ? {} : { TMPDIR: temporaryFolder }) },
      maxOutputBytes,
      onOutput: (stream, chunk) => {
        output[stream] += chunk.toString('utf8');
      },
      onOutputExceeded: () => stop(`it wrote more than ${maxOutputBytes} bytes`),
      ...(request.input === undefined ? {} : { input: request.input }),
    });
    return { exitCode, ...output };
  } catch (cause) {
    if (problem === undefined) throw cause;
    throw new DrydockError('engine-failed', `podman ${commandOf(args)} was stopped: ${problem}.`, { cause });
  } finally {
    clearTimeout(timer);
  }
}

/** As `runPodman`; an exit status other than 0 is `engine-failed`. Returns standard output. */
export async function runPodmanOrThrow(request: CommandRequest): Promise<string> {
  const { exitCode, stdout, stderr } = await runPodman(request);
  if (exitCode === 0) return stdout;
  throw new DrydockError(
    'engine-failed',
    `podman ${commandOf(request.args)} was expected to succeed, it ended with ${exitCode}: ${stderr.trim().slice(0, 1000)}`,
  );
}

function commandOf(args: readonly string[]): string {
  const at = args.findIndex(
    (arg) => /^[a-z]+$/.test(arg) && /^(image|run|rmi|tag|import|pull|inspect|images)$/.test(arg),
  );
  return args.slice(at, at + 2).join(' ');
}

import { isDrydockError } from '../../core/errors.ts';
import { exec } from '../../engines/exec.ts';
import { SYSTEM_PATH } from '../../engines/programs.ts';
import type { ResolvedConfig } from '../config.ts';

/** What one check found on this machine. */
export interface Diagnosis {
  readonly name: string;
  /** `degraded`: Drydock works, with less. `missing`: what it `disables` does not work. */
  readonly status: 'ok' | 'missing' | 'degraded';
  /** What was found, e.g. a version. */
  readonly detail: string;
  /** What does not work, or works less well. Empty when `ok`. */
  readonly disables: string;
  /** The command that mends it. Empty when `ok`, or when nothing on this machine mends it. */
  readonly remedy: string;
}

export interface Check {
  readonly name: string;
  /** What a failure disables, when the check itself does not say it more closely. */
  readonly disables: string;
  readonly remedy: string;
  /** The engine that needs it; under another one its lack is no more than a loss. */
  readonly engine?: ResolvedConfig['engine'];
  /** Leaves nothing behind. What it throws counts as `missing`. */
  run(config: ResolvedConfig): Promise<Finding>;
}

export type Finding = Pick<Diagnosis, 'status' | 'detail'> & Partial<Pick<Diagnosis, 'disables' | 'remedy'>>;

/** The command that installs everything. */
export const BOOTSTRAP = './script/bootstrap';

/** Runs a check; it never rejects. */
export async function runCheck(check: Check, config: ResolvedConfig): Promise<Diagnosis> {
  const finding = await check.run(config).catch((error: unknown): Finding => {
    const detail = error instanceof Error ? error.message : String(error);
    return {
      status: 'missing',
      detail: isDrydockError(error) ? detail : `the check itself failed: ${detail}`,
    };
  });
  const { name, disables, remedy, engine = config.engine } = check;
  if (finding.status === 'ok') return { name, ...finding, disables: '', remedy: '' };
  const diagnosis = { name, disables, remedy, ...finding };
  return engine === config.engine ? diagnosis : { ...diagnosis, status: 'degraded' };
}

export function ok(detail: string): Finding {
  return { status: 'ok', detail };
}

/** How a program that a check tried ended. */
export interface Tried {
  readonly isFine: boolean;
  /** The first line of standard output, or of standard error when there is none. */
  readonly text: string;
}

export interface TryOptions {
  readonly account?: { readonly uid: number; readonly gid: number } | null;
  readonly timeoutMs?: number;
}

/** Tries a program. A program that is not there has not worked; nothing is thrown. */
export async function tryProgram(
  command: string,
  args: readonly string[],
  { account = null, timeoutMs = 10_000 }: TryOptions = {},
): Promise<Tried> {
  try {
    const result = await exec({
      command,
      args,
      env: { PATH: SYSTEM_PATH, HOME: '/', LC_ALL: 'C.UTF-8' },
      cwd: '/',
      timeoutMs,
      maxOutputBytes: 200_000,
      ...account,
    });
    const lines = `${result.stdout}\n${result.stderr}`.split('\n').filter((line) => line.trim() !== '');
    const ended = result.status === 'exited' ? `status ${result.exitCode}` : result.status;
    return {
      isFine: result.status === 'exited' && result.exitCode === 0,
      text: (lines[0] ?? `it printed nothing (${ended})`).trim().slice(0, 300),
    };
  } catch (error) {
    if (isDrydockError(error, 'tool-missing'))
      return { isFine: false, text: `there is no program ${command}` };
    throw error;
  }
}

import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { DrydockError } from '../core/errors.ts';

/**
 * Holds `path` for this process until disposed; a lock whose process is dead is taken over. Two processes on one
 * embedded database would destroy it. Sees only processes of this machine (and of this PID namespace).
 * Throws `database-unavailable` when a living process holds it.
 */
export async function lockFolder(path: string): Promise<AsyncDisposable> {
  const mine = `${process.pid} ${(await bornAt(process.pid)) ?? ''}\n`;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    if (await create(path, mine)) return { [Symbol.asyncDispose]: () => release(path, mine) };
    const theirs = await readFile(path, 'utf8').catch(() => '');
    if (await isAlive(theirs))
      throw new DrydockError(
        'database-unavailable',
        `The embedded database was expected to be free; process ${theirs.split(' ')[0]} uses it (${path}). Stop that one, or use PostgreSQL (DATABASE_URL) for several processes.`,
      );
    await takeAway(path, theirs);
  }
  throw new DrydockError(
    'database-unavailable',
    `The lock ${path} was expected to be free or held; it changes all the time. Try again.`,
  );
}

async function create(path: string, content: string): Promise<boolean> {
  try {
    await writeFile(path, content, { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if (isCode(error, 'EEXIST')) return false;
    throw new DrydockError('database-unavailable', `${path} was expected to be writable; it is not.`, {
      cause: error,
    });
  }
}

/** Removes a dead process's lock, and puts it back when it was somebody else's by then. */
async function takeAway(path: string, theirs: string): Promise<void> {
  const aside = `${path}.${process.pid}`;
  try {
    await rename(path, aside);
  } catch (error) {
    if (isCode(error, 'ENOENT')) return;
    throw error;
  }
  const taken = await readFile(aside, 'utf8');
  if (taken !== theirs) await rename(aside, path);
  else await rm(aside, { force: true });
}

async function release(path: string, mine: string): Promise<void> {
  if ((await readFile(path, 'utf8').catch(() => '')) === mine) await rm(path, { force: true });
}

/** Whether the process that wrote this lock lives. The time of birth tells it from a later one of the same number. */
async function isAlive(content: string): Promise<boolean> {
  const [pid = '', born = ''] = content.trim().split(' ');
  if (!/^[1-9]\d{0,9}$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if (isCode(error, 'ESRCH')) return false;
  }
  const now = await bornAt(Number(pid));
  return now === undefined || born === '' || now === born;
}

/** Start time of a process in clock ticks after boot. Undefined where there is no /proc. Source: proc_pid_stat(5). */
async function bornAt(pid: number): Promise<string | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  return stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

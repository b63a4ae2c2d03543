import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { exec } from '../../src/engines/exec.ts';

const ENV = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };

/** An unprivileged user that a test made, with subordinate ids. Disposing removes it. */
export interface TestAccount extends AsyncDisposable {
  readonly name: string;
}

/** Makes a user with no home, no password and no shell. Only root can. */
export async function createTestAccount(): Promise<TestAccount> {
  const name = `drydock-t${randomBytes(4).toString('hex')}`;
  await unlocked('useradd', [
    '--no-create-home',
    '--home-dir',
    '/nonexistent',
    '--shell',
    '/usr/sbin/nologin',
    name,
  ]);
  return {
    name,
    async [Symbol.asyncDispose]() {
      await unlocked('userdel', [name]);
    },
  };
}

/** Like `mustRun`, for programs that another test may keep from locking /etc/passwd for a moment. */
async function unlocked(command: string, args: readonly string[]): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await mustRun(command, args);
      return;
    } catch (error) {
      if (tries >= 20 || !/cannot lock|currently used by process/.test(String(error))) throw error;
      await sleep(300);
    }
  }
}

/** Runs a program that must succeed and gives its standard output. */
export async function mustRun(command: string, args: readonly string[]): Promise<string> {
  const result = await exec({ command, args, env: ENV, timeoutMs: 60_000, maxOutputBytes: 1 << 20 });
  if (result.status === 'exited' && result.exitCode === 0) return result.stdout;
  throw new Error(`${command} ${args.join(' ')} ended with ${JSON.stringify(result)}`);
}

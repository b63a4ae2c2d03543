import { access, mkdtemp, readFile, rm } from 'node:fs/promises';

import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { exec, spawnChild } from '../../src/engines/exec.ts';

const DOCKERD = '/usr/sbin/dockerd';
const ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };
const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 15_000;

/** A Docker Engine of the test's own, without network and with all it has in a folder of its own. */
export interface DockerDaemon extends AsyncDisposable {
  readonly socketPath: string;
}

/** Why no daemon can be started here, or false. */
export async function whyNoDockerd(): Promise<string | false> {
  if (process.getuid?.() !== 0) return 'dockerd needs root';
  const isThere = await access(DOCKERD).then(
    () => true,
    () => false,
  );
  return isThere ? false : `${DOCKERD} is not there: apt-get install --no-install-recommends docker.io`;
}

/** Starts Debian's dockerd beside whatever other daemon runs. Throws with its last words when it does not come up. */
export async function startDockerd(): Promise<DockerDaemon> {
  const folder = await mkdtemp(join(tmpdir(), 'drydock-dockerd-'));
  const socketPath = join(folder, 'docker.sock');
  const child = await spawnChild({
    command: DOCKERD,
    args: [
      `--host=unix://${socketPath}`,
      `--data-root=${join(folder, 'data')}`,
      `--exec-root=${join(folder, 'exec')}`,
      `--pidfile=${join(folder, 'pid')}`,
      '--bridge=none',
      '--iptables=false',
      '--ip6tables=false',
      '--ip-forward=false',
      '--ip-masq=false',
      '--log-level=error',
    ],
    env: ENV,
  });
  let words = '';
  for (const pipe of [child.stdout, child.stderr])
    pipe.on('data', (chunk: Buffer) => {
      words = `${words}${chunk.toString('utf8')}`.slice(-2_000);
    });
  let isOver = false;
  void child.ended.then(() => {
    isOver = true;
  });

  const stop = async (): Promise<void> => {
    if (!isOver) process.kill(child.pid, 'SIGTERM');
    await Promise.race([child.ended, delay(STOP_TIMEOUT_MS, undefined, { ref: false })]);
    child.kill();
    await child.ended;
    await removeFolder(folder);
  };
  const deadline = performance.now() + START_TIMEOUT_MS;
  while (!(await isListening(socketPath))) {
    if (isOver || performance.now() > deadline) {
      await stop();
      throw new Error(`dockerd did not come up: ${words}`);
    }
    await delay(50);
  }
  return { socketPath, [Symbol.asyncDispose]: stop };
}

function isListening(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const asked = request({ socketPath, path: '/_ping', timeout: 1_000 }, (answer) => {
      answer.resume();
      resolve(answer.statusCode === 200);
    });
    asked.on('error', () => resolve(false));
    asked.end();
  });
}

/** Undoes what dockerd left mounted, as it does when a container hangs; removing would reach into it. */
async function removeFolder(folder: string): Promise<void> {
  const mounts = (await readFile('/proc/self/mountinfo', 'utf8'))
    .split('\n')
    .map((line) => line.split(' ')[4] ?? '')
    .filter((path) => path.startsWith(`${folder}/`));
  for (const path of mounts.toReversed())
    await exec({
      command: 'umount',
      args: ['--lazy', path],
      env: ENV,
      timeoutMs: 10_000,
      maxOutputBytes: 4096,
    });
  await rm(folder, { recursive: true, force: true });
}

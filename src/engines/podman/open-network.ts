import { networkInterfaces } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { DrydockError } from '../../core/errors.ts';
import { spawnChild } from '../exec.ts';
import type { EngineAccount } from './account.ts';
import type { Cell } from './cell.ts';

const START_TIMEOUT_MS = 10_000;
const POLL_MS = 10;
const ENV = { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' };

/**
 * Where a build with an open network must not go all the same: this host under any of its addresses, and what only
 * link-local addresses reach, as the metadata services of clouds.
 */
function closedRoutes(): readonly string[] {
  const own = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter(({ family, internal }) => family === 'IPv4' && !internal)
    .map(({ address }) => `${address}/32`);
  return [...new Set([...own, '169.254.0.0/16'])];
}

/**
 * Gives a cell a way out by slirp4netns, which runs outside of it as the engine account: no loopback of the host, no
 * address of the host. Disposing it closes the way. Throws `tool-missing`, `engine-failed`.
 */
export async function openNetwork(cell: Cell, account: EngineAccount): Promise<AsyncDisposable> {
  const child = await spawnChild({
    command: 'slirp4netns',
    args: [
      ...['--configure', '--mtu=65520', '--disable-host-loopback', '--enable-seccomp'],
      ...['--userns-path', `/proc/${cell.pid}/ns/user`],
      ...['--netns-type=path', `/proc/${cell.pid}/ns/net`, 'tap0'],
    ],
    env: ENV,
    cwd: '/',
    ...(process.getuid?.() === 0 ? { uid: account.uid, gid: account.gid } : {}),
  });
  const network: AsyncDisposable = {
    async [Symbol.asyncDispose]() {
      child.kill();
      await child.ended;
    },
  };
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => {
    errors = (errors + chunk.toString('utf8')).slice(0, 4096);
  });
  child.stdout.resume();
  try {
    await waitForRoute(cell, () => child.isRunning());
    for (const route of closedRoutes()) await inCell(cell, ['route', 'add', 'blackhole', route]);
    return network;
  } catch (cause) {
    await network[Symbol.asyncDispose]();
    throw new DrydockError(
      'engine-failed',
      `slirp4netns was expected to open the network of a build, but it did not: ${errors.trim().slice(0, 500)}`,
      { cause },
    );
  }
}

async function waitForRoute(cell: Cell, isRunning: () => boolean): Promise<void> {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (!(await inCell(cell, ['route', 'show', 'default'])).includes('tap0')) {
    if (!isRunning() || Date.now() > deadline) throw new Error('there is no route out of the cell');
    await sleep(POLL_MS);
  }
}

/** Runs `ip` in the cell and gives what it printed. Throws when it fails. */
async function inCell(cell: Cell, args: readonly string[]): Promise<string> {
  let output = '';
  const { exitCode } = await cell.spawn({
    command: 'ip',
    args,
    env: ENV,
    maxOutputBytes: 4096,
    onOutput: (_stream, chunk) => {
      output += chunk.toString('utf8');
    },
    onOutputExceeded: () => undefined,
  });
  if (exitCode !== 0) throw new Error(`ip ${args.join(' ')} failed: ${output.trim()}`);
  return output;
}

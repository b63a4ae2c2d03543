import { readdir, readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PodmanBaseStore } from './bases.ts';
import type { Host } from './host.ts';
import { listSpaces, removeSpace, spaceFolder } from './space.ts';

const DEATH_TIMEOUT_MS = 5000;

/**
 * Removes the spaces, processes and cgroups that dead services left behind, and images that are no base any more.
 * Spaces of `keep`, and those of other services that still live, stay. Returns what it removed, a line each.
 */
export async function sweepSpaces(
  host: Host,
  bases: PodmanBaseStore,
  keep: readonly string[],
): Promise<readonly string[]> {
  // Groups first: a group that appears later belongs to a space that appears later.
  const groups = await host.listCgroups();
  const spaces = await listSpaces(host);
  const kept = new Set([...keep, ...spaces.filter(({ owner }) => owner === 'alive').map(({ id }) => id)]);
  const removed: string[] = [];
  for (const { id } of spaces.filter((space) => !kept.has(space.id))) {
    for (const pid of await findCells(host, spaceFolder(host, id))) {
      await killAndWait(pid);
      removed.push(`process ${pid} of the space ${id}`);
    }
    await removeSpace(host, id);
    removed.push(`space ${id}`);
  }
  for (const group of groups.filter(({ spaceId }) => !kept.has(spaceId))) {
    await group.remove();
    removed.push(`cgroup of the space ${group.spaceId}`);
  }
  if (!spaces.some((space) => kept.has(space.id))) removed.push(...(await bases.prune()));
  return removed;
}

/** The processes that keep a cell around this space: `unshare` and the agent. Everything else dies with them. */
async function findCells(host: Host, folder: string): Promise<readonly number[]> {
  const mark = `"space":${JSON.stringify(folder)}`;
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const words = (await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')).split('\0');
    const isKeeper = words[0] === 'unshare' || words[0] === '/proc/self/fd/3';
    if (!isKeeper || !words.some((word) => word.includes(mark))) continue;
    const owner = await stat(`/proc/${name}`).catch(() => undefined);
    if (owner?.uid === host.account.uid) found.push(Number(name));
  }
  return found;
}

async function killAndWait(pid: number): Promise<void> {
  const deadline = Date.now() + DEATH_TIMEOUT_MS;
  try {
    process.kill(pid, 'SIGKILL');
    while (Date.now() < deadline) {
      process.kill(pid, 0);
      await sleep(5);
    }
  } catch {
    // It is gone.
  }
}

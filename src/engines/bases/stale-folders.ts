import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Longer than anything that makes a base may take. */
const STALE_MS = 60 * 60_000;

/**
 * The folders `<prefix>…` that a killed process of this user's left in `parent`, which everybody may write: what
 * others have put there under such a name is not ours to remove.
 */
export async function findStaleFolders(
  parent: string,
  prefix: string,
  now = Date.now(),
): Promise<readonly string[]> {
  const names = (await readdir(parent).catch(() => [])).filter((name) => name.startsWith(prefix));
  const stale: string[] = [];
  for (const path of names.map((name) => join(parent, name))) {
    const found = await lstat(path).catch(() => undefined);
    const isOurs = found?.isDirectory() === true && found.uid === process.getuid?.();
    if (isOurs && now - found.mtimeMs > STALE_MS) stale.push(path);
  }
  return stale;
}

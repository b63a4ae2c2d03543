import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { access, cp, mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { MIGRATIONS } from '../../src/store/migrations.ts';
import { openStore } from '../../src/store/open-store.ts';

const ROOT = join(import.meta.dirname, '../..');

/**
 * A data folder with an empty store, as a copy: PGlite takes 5 s to make a database and 0.4 s to open one. The original
 * is made once for each version of PGlite, pg-boss and the schema, and kept beside the installed packages.
 * Remove the folder when done.
 */
export async function copyDataFolder(): Promise<string> {
  const template = await templateFolder();
  const folder = await mkdtemp(join(tmpdir(), 'drydock-pglite-'));
  await cp(template, folder, { recursive: true, mode: constants.COPYFILE_FICLONE });
  return folder;
}

async function templateFolder(): Promise<string> {
  const packages = await Promise.all(['@electric-sql/pglite', 'pg-boss'].map(packageOf));
  const parts = [...MIGRATIONS.map(({ sql }) => sql), ...packages];
  const key = createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16);
  const cache = join(ROOT, 'node_modules/.cache/drydock');
  const template = join(cache, `pglite-${key}`);
  if (await exists(template)) return template;
  await mkdir(cache, { recursive: true });
  const making = await mkdtemp(join(cache, 'making-'));
  const store = await openStore({ dataDir: making, clock: systemClock, maxAttempts: 3 });
  await store[Symbol.asyncDispose]();
  // Another test file may have made it meanwhile: one of the two is enough.
  await rename(making, template).catch(() => rm(making, { recursive: true, force: true }));
  return template;
}

async function packageOf(name: string): Promise<string> {
  return readFile(join(ROOT, 'node_modules', name, 'package.json'), 'utf8');
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { findStaleFolders } from './stale-folders.ts';

test('only old folders of our own are stale, and never what a link leads to', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'drydock-stale-'));
  try {
    const old = new Date(Date.now() - 2 * 60 * 60_000);
    for (const name of ['x-old', 'x-new', 'other']) await mkdir(join(parent, name));
    await writeFile(join(parent, 'x-file'), '');
    await symlink('/etc', join(parent, 'x-link'));
    for (const name of ['x-old', 'other', 'x-file']) await utimes(join(parent, name), old, old);

    const stale = await findStaleFolders(parent, 'x-', Date.now());

    assert.deepEqual(stale, [join(parent, 'x-old')]);
    assert.deepEqual(await findStaleFolders(join(parent, 'nowhere'), 'x-'), []);
  } finally {
    await rm(parent, { recursive: true });
  }
});

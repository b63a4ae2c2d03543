import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { lockFolder } from './lock-folder.ts';

/** Linux has no process ids above 2^22. */
const DEAD_PID = 2 ** 22 + 1;

let folder: string;
let path: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-lock-'));
  path = join(folder, 'db.lock');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a held lock is refused, with the process that holds it', async () => {
  await using _ = await lockFolder(path);

  await assert.rejects(lockFolder(path), {
    code: 'database-unavailable',
    message: new RegExp(`process ${process.pid} `),
  });
});

test('a released lock can be had again and leaves nothing behind', async () => {
  await (await lockFolder(path))[Symbol.asyncDispose]();
  await (await lockFolder(path))[Symbol.asyncDispose]();

  assert.deepEqual(await readdir(folder), []);
});

test('the lock of a dead process is taken over, also when another process has its number now', async () => {
  for (const stale of [`${DEAD_PID} 12345\n`, `${process.pid} 1\n`, '', 'nonsense', '-1 x']) {
    await writeFile(path, stale);

    await using _ = await lockFolder(path);
  }

  assert.deepEqual(await readdir(folder), []);
});

test('of many that find a dead process’s lock one gets it', async () => {
  await writeFile(path, `${DEAD_PID} 12345\n`);

  const results = await Promise.allSettled(Array.from({ length: 20 }, () => lockFolder(path)));

  assert.equal(results.filter(({ status }) => status === 'fulfilled').length, 1);
});

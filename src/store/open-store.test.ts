import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { newJob } from '../../test/support/stores.ts';
import { systemClock } from '../core/clock.ts';
import { openStore } from './open-store.ts';

test('a first start that was interrupted does not spoil the next one, and what is kept is there after it', async () => {
  const dataDir = await mkdtemp(join(tmpdir(), 'drydock-store-'));
  try {
    await mkdir(join(dataDir, 'db.making'));
    await writeFile(join(dataDir, 'db.making/PG_VERSION'), '18\n');
    const options = { dataDir, clock: systemClock, maxAttempts: 3 };
    const first = await openStore(options);
    const { id } = await first.jobs.create(newJob({ name: 'kept' }));
    assert.deepEqual((await readdir(dataDir)).toSorted(), ['db', 'db.lock']);
    await first[Symbol.asyncDispose]();

    await using second = await openStore(options);

    assert.equal((await second.jobs.get(id))?.name, 'kept');
    assert.equal((await stat(join(dataDir, 'db'))).mode & 0o077, 0);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
});

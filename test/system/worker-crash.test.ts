import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/core/clock.ts';
import { openStore, type Store, type StoreOptions } from '../../src/store/open-store.ts';
import { createWorker } from '../../src/worker/create-worker.ts';
import { reportOf } from '../contract/job-store.ts';
import { copyDataFolder } from '../support/pglite.ts';
import { noPostgres } from '../support/postgres.ts';
import { newJob, postgresDriver } from '../support/stores.ts';

type Where = Pick<StoreOptions, 'databaseUrl' | 'dataDir'>;

/** A worker in a process of its own that has a job in hand and will never end it. */
async function stuckWorker(where: Where): Promise<{ readonly child: ChildProcess; readonly jobId: string }> {
  const program = join(import.meta.dirname, '../support/stuck-worker.ts');
  const child = spawn(process.execPath, [program, JSON.stringify(where)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  process.once('exit', () => child.kill('SIGKILL'));
  const [line] = await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => assert.fail('the worker ended by itself')),
  ]);
  return { child, jobId: String(line).trim() };
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** Works until the job has ended, and tells how. */
async function finishWith(store: Store, id: string): Promise<readonly unknown[]> {
  await using _ = await createWorker({
    ...store,
    workerId: 'second',
    concurrency: 1,
    leaseMs: 1_000,
    runJob: async (input) => ({
      ...reportOf(input.id, input.attempt),
      verdict: { status: 'success', reasons: [], warnings: [] },
    }),
    onFault: (error) => assert.fail(String(error)),
  });
  for (let tries = 0; tries < 600; tries += 1) {
    const job = await store.jobs.get(id);
    if (job !== undefined && job.finishedAt !== null) return [job.status, job.attempt];
    await sleep(50);
  }
  return assert.fail('the job was not taken up');
}

suite('a worker killed at work', { timeout: 120_000 }, () => {
  test('on PostgreSQL another worker takes its job up', { skip: noPostgres }, async () => {
    const driver = postgresDriver();
    await driver.start();
    try {
      await using at = await driver.open();
      const job = await at.store.jobs.create(newJob());
      const { child, jobId } = await stuckWorker(at.where);
      assert.equal(jobId, job.id);

      await kill(child);

      assert.equal((await at.store.jobs.get(job.id))?.status, 'processing');
      assert.deepEqual(await finishWith(at.store, job.id), ['success', 2]);
      const events = await at.store.events.read(job.id, 0, 100);
      assert.ok(events.some(({ data }) => data.type === 'log' && data.text === 'before the crash'));
    } finally {
      await driver.stop();
    }
  });

  test('on the embedded database the next start takes its job up', async () => {
    const dataDir = await copyDataFolder();
    try {
      const first = await openStore({ dataDir, clock: systemClock, maxAttempts: 3 });
      const job = await first.jobs.create(newJob());
      await first[Symbol.asyncDispose]();
      const { child } = await stuckWorker({ dataDir });
      await assert.rejects(openStore({ dataDir, clock: systemClock, maxAttempts: 3 }), {
        code: 'database-unavailable',
        message: new RegExp(`process ${child.pid} uses it`),
      });

      await kill(child);

      await using second = await openStore({ dataDir, clock: systemClock, maxAttempts: 3 });
      assert.deepEqual(await finishWith(second, job.id), ['success', 2]);
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });
});

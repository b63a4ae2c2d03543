import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '../../src/core/clock.ts';
import { isDrydockError } from '../../src/core/errors.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createWorker } from '../../src/worker/create-worker.ts';
import { reportOf } from '../contract/job-store.ts';
import { noPostgres } from '../support/postgres.ts';
import { newJob, postgresDriver } from '../support/stores.ts';

suite('PostgreSQL restarted under a running service', { skip: noPostgres, timeout: 120_000 }, () => {
  const driver = postgresDriver();
  before(() => driver.start());
  after(() => driver.stop());

  test('the job in hand ends, its log is whole, later jobs are taken and followed', async () => {
    await using at = await driver.open();
    const { jobs, events } = at.store;
    const begun = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    await using _ = await createWorker({
      ...at.store,
      workerId: 'worker-1',
      concurrency: 1,
      leaseMs: 30_000,
      runJob: async (input, { emit }) => {
        for (let index = 0; index < 100; index += 1) {
          emit({ type: 'log', stage: 'build', stream: 'stdout', text: `line ${index}` });
          if (index === 50) begun.resolve();
          if (index >= 50) await sleep(20);
        }
        await goOn.promise;
        return {
          ...reportOf(input.id, input.attempt),
          verdict: { status: 'success', reasons: [], warnings: [] },
        };
      },
      onFault: () => undefined,
    });
    const first = await jobs.create(newJob());
    await begun.promise;

    const restarted = driver.server().restart(1_000);
    await sleep(500);
    await assert.rejects(at.store.ping(2_000), { code: 'database-unavailable' });
    await assert.rejects(jobs.create(newJob()), { code: 'database-unavailable' });
    goOn.resolve();
    await restarted;

    const ended = async (id: string) => {
      for (;;) {
        const job = await jobs.get(id).catch(() => undefined);
        if (job?.finishedAt) return job;
        await sleep(50);
      }
    };
    const job = await ended(first.id);
    assert.deepEqual([job.status, job.attempt], ['success', 1]);
    const texts = (await events.read(first.id, 0, 1_000)).flatMap(({ data }) =>
      data.type === 'log' ? [data.text] : [],
    );
    assert.deepEqual(
      texts,
      Array.from({ length: 100 }, (_, index) => `line ${index}`),
    );
    await at.store.ping(2_000);
    const second = await jobs.create(newJob());
    assert.equal((await ended(second.id)).status, 'success');
    assert.ok(at.faults.every((fault) => fault instanceof Error));
    assert.ok(at.faults.some((fault) => isDrydockError(fault, 'database-unavailable')));
  });

  test('what one process writes, another one that waits hears of, also after a restart', async () => {
    await using at = await driver.open();
    await using other = await openStore({ ...at.where, clock: systemClock, maxAttempts: 3 });
    const { id } = await at.store.jobs.create(newJob());
    const heardWithinMs = async (act: () => Promise<unknown>): Promise<number> => {
      await sleep(200);
      const since = performance.now();
      const news = other.events.waitForNews(id, 950, new AbortController().signal);
      await act();
      await news;
      return performance.now() - since;
    };

    assert.ok((await heardWithinMs(() => at.store.jobs.start(id, 'worker-1'))) < 700);
    await driver.server().restart(100);
    await sleep(1_500);
    assert.ok((await heardWithinMs(() => at.store.jobs.cancel(id))) < 700);
  });

  test('a server that is only just starting is waited for', async () => {
    const url = await driver.server().createDatabase();
    const restarted = driver.server().restart(800);
    await sleep(300);

    await using store = await openStore({ databaseUrl: url, clock: systemClock, maxAttempts: 3 });

    await restarted;
    await store.ping(1_000);
  });

  test('a server that is not there is named as such', async () => {
    await assert.rejects(
      openStore({
        databaseUrl: 'postgres://nobody@127.0.0.1:1/x',
        clock: systemClock,
        maxAttempts: 3,
        connectTimeoutMs: 300,
      }),
      { code: 'database-unavailable', message: /ECONNREFUSED/ },
    );
  });
});

import assert from 'node:assert/strict';
import { after, afterEach, before, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { newJob, type StoreDriver, type TestStore } from '../support/stores.ts';
import { empty, SUCCESS } from './job-store.ts';

const FAULT = { code: 'internal-error', stage: 'build', message: 'The engine fell over.' } as const;

const RETRY_DELAY_MS = 1_500;

/** What every job queue must do. */
export function jobQueueContract(driver: StoreDriver): void {
  suite(`job queue: ${driver.name}`, { skip: driver.skip, timeout: 60_000 }, () => {
    let at: TestStore;
    before(async () => {
      at = await driver.open({ resendMs: 200, retryDelayMs: RETRY_DELAY_MS });
    });
    after(() => at[Symbol.asyncDispose]());
    // The jobs of a test, and the messages of jobs that are gone.
    afterEach(async () => {
      await empty(at.store.jobs);
      const stop = await at.store.queue.work(100, async () => undefined);
      await sleep(20);
      await stop();
    });

    test('a waiting worker is called for a new job without waiting for a poll', async () => {
      const got: number[] = [];
      const stop = await at.store.queue.work(1, async () => {
        got.push(performance.now());
      });
      const delays: number[] = [];

      for (let index = 0; index < 10; index += 1) {
        await at.store.jobs.create(newJob());
        const createdAt = performance.now();
        while (got.length <= index) await sleep(1);
        delays.push((got.at(-1) ?? Number.NaN) - createdAt);
      }
      await stop();

      // Polls come once a second; seen here: 2 to 15 ms.
      const median = delays.sort((a, b) => a - b)[5] ?? Number.NaN;
      assert.ok(median < 200, `median ${median} ms`);
    });

    test('each job goes to one of two workers, never more at once than they can hold', async () => {
      const done: string[] = [];
      const most = [0, 0];
      const inHand = [0, 0];
      const work = (worker: 0 | 1): Promise<() => Promise<void>> =>
        at.store.queue.work(2, async (id) => {
          inHand[worker] = (inHand[worker] ?? 0) + 1;
          most[worker] = Math.max(most[worker] ?? 0, inHand[worker] ?? 0);
          const job = await at.store.jobs.start(id, `worker-${worker}`);
          await sleep(10);
          if (job !== undefined && (await at.store.jobs.finish(id, job.attempt, SUCCESS))) done.push(id);
          inHand[worker] = (inHand[worker] ?? 0) - 1;
        });
      const stops = [await work(0), await work(1)];

      const made = await Promise.all(Array.from({ length: 30 }, () => at.store.jobs.create(newJob())));
      while (done.length < 30) await sleep(10);
      await Promise.all(stops.map((stop) => stop()));

      assert.deepEqual(done.toSorted(), made.map(({ id }) => id).toSorted());
      assert.deepEqual(most, [2, 2]);
    });

    test('jobs come oldest first', async () => {
      const made: string[] = [];
      for (let index = 0; index < 5; index += 1) made.push((await at.store.jobs.create(newJob())).id);
      const got: string[] = [];

      const stop = await at.store.queue.work(1, async (id) => {
        got.push(id);
      });
      while (got.length < 5) await sleep(5);
      await stop();

      assert.deepEqual(got, made);
    });

    test('a job whose message got lost with its worker is found again', async () => {
      const { id } = await at.store.jobs.create(newJob());
      let calls = 0;

      const stop = await at.store.queue.work(1, async (jobId) => {
        calls += 1;
        // The first time it takes the message and "dies" before it has started the job.
        if (calls > 1) await at.store.jobs.start(jobId, 'worker-1');
      });
      while ((await at.store.jobs.get(id))?.status === 'init') await sleep(20);
      await sleep(600);
      await stop();

      assert.equal(calls, 2);
    });

    test('a job that was put back comes again, not before its time', async () => {
      await at.store.jobs.create(newJob());
      const starts: number[] = [];

      const stop = await at.store.queue.work(1, async (id) => {
        const job = await at.store.jobs.start(id, 'worker-1');
        assert.ok(job);
        starts.push(performance.now());
        if (starts.length === 1) await at.store.jobs.giveBack(id, job.attempt, FAULT);
        else await at.store.jobs.finish(id, job.attempt, SUCCESS);
      });
      while (starts.length < 2) await sleep(20);
      await stop();

      const waitedMs = (starts[1] ?? 0) - (starts[0] ?? 0);
      assert.ok(waitedMs >= RETRY_DELAY_MS - 10 && waitedMs < 6_000, `waited ${waitedMs} ms`);
    });

    test('a handler that throws is reported and stops nothing', async () => {
      const fault = new Error('from the handler');
      let calls = 0;
      const stop = await at.store.queue.work(1, async () => {
        calls += 1;
        if (calls === 1) throw fault;
      });

      await at.store.jobs.create(newJob());
      await at.store.jobs.create(newJob());
      while (calls < 2) await sleep(5);
      await stop();

      assert.deepEqual(at.faults, [fault]);
    });

    test('stopping tells those in hand, waits for them and calls for nothing more', async () => {
      const seen: string[] = [];
      const stop = await at.store.queue.work(1, async (_, signal) => {
        seen.push('called');
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await sleep(50);
        seen.push('ended');
      });
      await at.store.jobs.create(newJob());
      while (seen.length === 0) await sleep(5);

      await stop();
      await at.store.jobs.create(newJob());
      await sleep(100);

      assert.deepEqual(seen, ['called', 'ended']);
    });

    test('a job that is cancelled and wanted again is not held up by the delay of its last failure', async () => {
      const { id } = await at.store.jobs.create(newJob());
      await at.store.jobs.start(id, 'worker-1');
      await at.store.jobs.giveBack(id, 1, FAULT);
      await at.store.jobs.cancel(id);
      const since = performance.now();
      await at.store.jobs.retry(id);
      const got = Promise.withResolvers<string>();

      const stop = await at.store.queue.work(1, async (jobId) => {
        if (await at.store.jobs.start(jobId, 'worker-2')) got.resolve(jobId);
      });

      assert.equal(await got.promise, id);
      assert.ok(performance.now() - since < RETRY_DELAY_MS - 500);
      await stop();
    });
  });
}

import assert from 'node:assert/strict';
import { after, before, beforeEach, suite, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { empty, reportOf } from '../../test/contract/job-store.ts';
import { newJob, storeDrivers, type TestStore } from '../../test/support/stores.ts';
import { DrydockError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import type { JobStore } from '../core/ports.ts';
import type { JobReport } from '../core/report.ts';
import { createWorker, type WorkerDeps } from './create-worker.ts';

type RunJob = WorkerDeps['runJob'];
const LEASE_MS = 1_500;

/** Runs until it is stopped, and takes `dyingMs` to die. Its report is then the pipeline's one for a cancelled job. */
function endless(seen: string[], dyingMs = 50): RunJob {
  return async ({ id, attempt }, { emit }, signal) => {
    emit({ type: 'stage', stage: 'build', state: 'started', summary: '', durationMs: null });
    seen.push('started');
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    await sleep(dyingMs);
    seen.push('dead');
    return report(id, attempt, 'canceled');
  };
}

function report(id: string, attempt: number, status: JobReport['verdict']['status']): JobReport {
  const reasons =
    status === 'success'
      ? []
      : [{ code: status === 'canceled' ? 'canceled' : 'vulnerable', stage: 'gate', message: 'no' } as const];
  return {
    ...reportOf(id, attempt),
    performance: status === 'success' ? 0.99 : null,
    hardening: { score: 84, lynisPenalty: 0.2 },
    verdict: { status, reasons, warnings: [] },
  };
}

const driver = storeDrivers().find(({ name }) => name === 'pglite');

suite('worker', { timeout: 60_000 }, () => {
  let at: TestStore;
  let faults: unknown[];
  before(async () => {
    assert.ok(driver);
    at = await driver.open({ retryDelayMs: 5, resendMs: 500 });
  });
  after(() => at[Symbol.asyncDispose]());
  beforeEach(async () => {
    faults = [];
    await empty(at.store.jobs);
  });
  const start = (runJob: RunJob, more: Partial<WorkerDeps> = {}) =>
    createWorker({
      jobs: at.store.jobs,
      queue: at.store.queue,
      events: at.store.events,
      workerId: 'worker-1',
      concurrency: 2,
      leaseMs: LEASE_MS,
      heartbeatMs: 30,
      graceMs: 50,
      runJob,
      onFault: (error) => faults.push(error),
      ...more,
    });
  const ended = async (id: string): Promise<Job> => {
    for (;;) {
      const job = await at.store.jobs.get(id);
      assert.ok(job);
      if (job.finishedAt !== null) return job;
      await sleep(5);
    }
  };

  test('a job goes its way, with its stages, its log and its report', async () => {
    const { jobs, events, reports } = at.store;
    const contexts: (string | null)[] = [];
    const { id } = await jobs.create(newJob({ context: 'aGk=' }));

    await using _ = await start(async (input, { emit }) => {
      contexts.push(input.context);
      emit({ type: 'stage', stage: 'build', state: 'started', summary: '', durationMs: null });
      emit({ type: 'log', stage: 'build', stream: 'stdout', text: 'hello' });
      emit({ type: 'stage', stage: 'run', state: 'started', summary: '', durationMs: null });
      return report(input.id, input.attempt, 'success');
    });
    const job = await ended(id);

    assert.deepEqual(
      [job.status, job.stage, job.performance, job.hardening, job.reason],
      ['success', 'verdict', 0.99, 84, null],
    );
    assert.deepEqual(contexts, ['aGk=']);
    assert.deepEqual(await reports.get(id), report(id, 1, 'success'));
    const all = await events.read(id, 0, 100);
    assert.deepEqual(
      all.map(({ data }) =>
        data.type === 'log' ? data.text : data.type === 'stage' ? data.stage : data.status,
      ),
      ['init', 'processing', 'build', 'hello', 'run', 'success'],
    );
    assert.deepEqual(faults, []);
  });

  test('a submission’s own failure is recorded and not tried again', async () => {
    const { id } = await at.store.jobs.create(newJob());
    let runs = 0;

    await using _ = await start(async (input) => {
      runs += 1;
      return report(input.id, input.attempt, 'failed');
    });
    const job = await ended(id);

    assert.deepEqual(
      [job.status, job.stage, job.reason?.code, job.attempt, runs],
      ['failed', 'gate', 'vulnerable', 1, 1],
    );
  });

  test('our own failure is tried again, and ends as error when the tries are used up', async () => {
    const { id } = await at.store.jobs.create(newJob());
    const attempts: number[] = [];

    await using _ = await start(async (input, { emit }) => {
      attempts.push(input.attempt);
      emit({ type: 'stage', stage: 'build', state: 'started', summary: '', durationMs: null });
      throw new DrydockError('engine-unavailable', 'The engine is away.');
    });
    const job = await ended(id);

    assert.deepEqual(attempts, [1, 2, 3]);
    assert.deepEqual(
      [job.status, job.reason?.code, job.reason?.stage],
      ['error', 'retries-exhausted', 'build'],
    );
    assert.match(job.reason?.message ?? '', /The engine is away\./);
    assert.equal(faults.length, 3);
  });

  test('what nobody foresaw is tried again, and its words stay with us', async () => {
    const { id } = await at.store.jobs.create(newJob());
    let runs = 0;

    await using _ = await start(async () => {
      runs += 1;
      throw new Error('password=hunter2 at /srv/secret');
    });
    const job = await ended(id);

    assert.deepEqual([job.status, runs], ['error', 3]);
    assert.doesNotMatch(JSON.stringify([job, await at.store.events.read(id, 0, 100)]), /hunter2|srv/);
  });

  test('what trying again cannot mend ends at once', async () => {
    const { id } = await at.store.jobs.create(newJob());

    await using _ = await start(async () => {
      throw new DrydockError('sandbox-unavailable', 'gVisor was demanded; there is none.');
    });
    const job = await ended(id);

    assert.deepEqual([job.status, job.attempt, job.reason?.code], ['error', 1, 'internal-error']);
    assert.equal(job.reason?.message, 'gVisor was demanded; there is none.');
  });

  test('cancelling really stops the work, and the job ends when it is dead', async () => {
    const { id } = await at.store.jobs.create(newJob());
    const seen: string[] = [];
    await using _ = await start(endless(seen));
    while (seen.length === 0) await sleep(5);

    await at.store.jobs.cancel(id);
    const job = await ended(id);

    assert.deepEqual(seen, ['started', 'dead']);
    assert.deepEqual([job.status, job.reason?.code], ['canceled', 'canceled']);
    assert.equal((await at.store.reports.get(id))?.verdict.status, 'canceled');
  });

  test('work that dies of being cancelled without a report is cancelled all the same', async () => {
    const { id } = await at.store.jobs.create(newJob());
    const seen: string[] = [];
    await using _ = await start(async (...args) => {
      await endless(seen)(...args);
      throw args[2].reason;
    });
    while (seen.length === 0) await sleep(5);

    await at.store.jobs.cancel(id);

    assert.deepEqual([(await ended(id)).status, (await ended(id)).stage], ['canceled', 'build']);
    assert.deepEqual(faults, []);
  });

  test('a removed job is stopped and leaves nothing', async () => {
    const { id } = await at.store.jobs.create(newJob());
    const seen: string[] = [];
    await using _ = await start(endless(seen));
    while (seen.length === 0) await sleep(5);

    await at.store.jobs.remove(id);
    while (!seen.includes('dead')) await sleep(5);
    await sleep(50);

    assert.equal(await at.store.jobs.get(id), undefined);
    assert.deepEqual(faults, []);
  });

  test('no more jobs are in hand than may be', async () => {
    let inHand = 0;
    let most = 0;
    const made = await Promise.all(Array.from({ length: 8 }, () => at.store.jobs.create(newJob())));

    await using _ = await start(async ({ id, attempt }) => {
      inHand += 1;
      most = Math.max(most, inHand);
      await sleep(20);
      inHand -= 1;
      return report(id, attempt, 'success');
    });
    await Promise.all(made.map(({ id }) => ended(id)));

    assert.equal(most, 2);
  });

  test('a worker that shuts down lets a short job end', async () => {
    const { id } = await at.store.jobs.create(newJob());
    const begun = Promise.withResolvers<void>();
    const worker = await start(
      async (input, _, signal) => {
        begun.resolve();
        await sleep(200, undefined, { signal });
        return report(input.id, input.attempt, 'success');
      },
      { graceMs: 5_000 },
    );
    await begun.promise;

    await worker[Symbol.asyncDispose]();

    assert.equal((await at.store.jobs.get(id))?.status, 'success');
  });

  test('a worker that shuts down stops a long job and gives it back, at no cost', async () => {
    const { id } = await at.store.jobs.create(newJob());
    const seen: string[] = [];
    for (let times = 0; times < 4; times += 1) {
      const worker = await start(endless(seen));
      while (seen.length < times * 2 + 1) await sleep(5);
      await worker[Symbol.asyncDispose]();
    }

    const job = await at.store.jobs.get(id);
    assert.deepEqual([job?.status, job?.attempt, job?.stage], ['init', 5, null]);
    assert.equal(seen.at(-1), 'dead');
    await using _ = await start(async (input) => report(input.id, input.attempt, 'success'));
    assert.equal((await ended(id)).status, 'success');
  });

  test('what a dead worker held is taken up, after its remains are cleared away', async () => {
    const { id } = await at.store.jobs.create(newJob());
    await at.store.jobs.start(id, 'dead');
    await sleep(LEASE_MS + 50);
    const order: string[] = [];

    await using _ = await start(
      async (input) => {
        order.push(`run ${input.attempt}`);
        return report(input.id, input.attempt, 'success');
      },
      {
        sweepEngine: async (keep) => {
          await sleep(50);
          order.push(`sweep but ${keep.length}`);
          return [];
        },
      },
    );

    assert.equal((await ended(id)).attempt, 2);
    assert.deepEqual(order, ['sweep but 0', 'run 2']);
  });

  test('a sweep while jobs run keeps their spaces', async () => {
    const { id } = await at.store.jobs.create(newJob());
    const seen: string[] = [];
    const kept: (readonly string[])[] = [];
    await using _ = await start(endless(seen), {
      sweepEngine: async (keep) => {
        kept.push(keep);
        return [];
      },
    });
    while (seen.length === 0) await sleep(5);
    const other = await at.store.jobs.create(newJob());
    await at.store.jobs.start(other.id, 'dead');

    while (kept.length < 2) await sleep(20);

    assert.deepEqual(kept, [[], [`${id}-1`]]);
  });

  test('a worker that can’t confirm its lease stops the work before the lease ends', async () => {
    const { id } = await at.store.jobs.create(newJob());
    const seen: string[] = [];
    const away = new DrydockError('database-unavailable', 'away');
    const jobs: JobStore = { ...at.store.jobs, heartbeat: () => Promise.reject(away) };
    const since = performance.now();
    await using _ = await start(endless(seen, 0), { jobs });

    while (!seen.includes('dead')) await sleep(5);

    assert.ok(performance.now() - since < LEASE_MS);
    assert.equal((await at.store.jobs.get(id))?.status, 'processing');
    assert.ok(faults.every((fault) => fault === away));
  });

  test('an end that the database could not take is brought again', async () => {
    const { id } = await at.store.jobs.create(newJob());
    const away = new DrydockError('database-unavailable', 'away');
    let calls = 0;
    const jobs: JobStore = {
      ...at.store.jobs,
      finish: async (...args) => {
        calls += 1;
        if (calls < 3) throw away;
        return at.store.jobs.finish(...args);
      },
    };
    await using _ = await start(async (input) => report(input.id, input.attempt, 'success'), { jobs });

    assert.equal((await ended(id)).status, 'success');
    assert.deepEqual(faults, [away, away]);
  });
});

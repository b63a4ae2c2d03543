import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import type { Job } from '../../src/core/job.ts';
import type { JobEnd, JobStore } from '../../src/core/ports.ts';
import type { JobReport } from '../../src/core/report.ts';
import { newJob, type StoreDriver, type TestStore } from '../support/stores.ts';

const HOSTILE = `FROM scratch\n# {"}',\\ NULL $1 \u202e \u{1f600} \u0001 ''; DROP TABLE jobs; --\r\n`;
const FAULT = { code: 'internal-error', stage: 'build', message: 'The engine fell over.' } as const;

export const SUCCESS: JobEnd = {
  status: 'success',
  stage: 'verdict',
  performance: 0.99,
  hardening: 84.5,
  reason: null,
  report: null,
};

/** What every job store must do. */
export function jobStoreContract(driver: StoreDriver): void {
  suite(`job store: ${driver.name}`, { skip: driver.skip }, () => {
    let at: TestStore;
    let jobs: JobStore;
    before(async () => {
      at = await driver.open();
      jobs = at.store.jobs;
    });
    after(async () => {
      await at[Symbol.asyncDispose]();
      assert.deepEqual(at.faults, []);
    });
    const held = async (): Promise<Job> => {
      const { id } = await jobs.create(newJob());
      const job = await jobs.start(id, 'worker-1');
      assert.ok(job);
      return job;
    };

    test('a new job waits, and its texts come back as they were given', async () => {
      const given = newJob({ dockerfile: HOSTILE, name: '{"\\,}', description: 'NULL', context: 'aGk=' });

      const { id } = await jobs.create(given);

      const job = await jobs.get(id);
      assert.ok(job);
      assert.equal(job.dockerfile, HOSTILE);
      assert.deepEqual(
        [job.name, job.description, job.payloadDigest],
        [given.name, given.description, given.payloadDigest],
      );
      assert.deepEqual([job.status, job.attempt, job.hasContext], ['init', 1, true]);
      assert.deepEqual(
        [job.stage, job.performance, job.hardening, job.reason, job.startedAt, job.finishedAt],
        Array(6).fill(null),
      );
      assert.ok(Math.abs(Date.parse(job.createdAt) - Date.now()) < 60_000);
      assert.equal(await jobs.context(id), 'aGk=');
    });

    test('a large context comes back as it was given', async () => {
      const context = `${'QUJD'.repeat(800_000)}RA==`;

      const { id } = await jobs.create(newJob({ context }));

      assert.ok((await jobs.context(id)) === context);
      await jobs.replace(id, newJob({ context: 'aGk=' }));
      assert.equal(await jobs.context(id), 'aGk=');
    });

    test('what PostgreSQL cannot keep as it is, is refused as the submitter’s mistake', async () => {
      const refused = [
        newJob({ name: 'a\0b' }),
        newJob({ description: 'half \ud800 a pair' }),
        newJob({ dockerfile: 'FROM a\0' }),
        newJob({ name: 'n'.repeat(51) }),
        newJob({ description: 'd'.repeat(101) }),
      ];

      for (const job of refused) await assert.rejects(jobs.create(job), { code: 'input-invalid' });
    });

    test('lengths count characters, not UTF-16 units', async () => {
      const job = await jobs.create(newJob({ name: '😀'.repeat(50) }));

      assert.equal(job.name, '😀'.repeat(50));
    });

    test('submissions that come together are all kept, in their order', async () => {
      const names = Array.from({ length: 120 }, (_, index) => `together ${index}`);

      const made = await Promise.all(names.map((name) => jobs.create(newJob({ name }))));

      const page = await jobs.list({ limit: 120, order: 'newest' });
      assert.deepEqual(page.jobs.map(({ name }) => name).reverse(), names);
      assert.deepEqual(
        made.map(({ name }) => name),
        names,
      );
    });

    test('one submission that the database refuses does not take its neighbours down', async () => {
      const results = await Promise.allSettled([
        jobs.create(newJob({ name: 'left' })),
        // Only the table's own check knows that this is no digest.
        jobs.create({ ...newJob(), payloadDigest: 'sha256:short' }),
        jobs.create(newJob({ name: 'right' })),
      ]);

      assert.deepEqual(
        results.map(({ status }) => status),
        ['fulfilled', 'rejected', 'fulfilled'],
      );
    });

    test('an id that nobody has, or that is no id, is an answer and no fault', async () => {
      for (const id of [randomUUID(), 'x', "'; --", '', '0'.repeat(10_000)]) {
        assert.equal(await jobs.get(id), undefined);
        assert.equal(await jobs.start(id, 'worker-1'), undefined);
        assert.equal(await jobs.remove(id), false);
        assert.equal(await jobs.queuePosition(id), null);
        assert.equal(await jobs.context(id), null);
        await assert.rejects(jobs.cancel(id), { code: 'not-found' });
        await assert.rejects(jobs.retry(id), { code: 'not-found' });
        await assert.rejects(jobs.replace(id, newJob()), { code: 'not-found' });
      }
    });

    test('the place in the queue counts the jobs that wait before it', async () => {
      await empty(jobs);
      const [first, second, third] = await Promise.all([1, 2, 3].map(() => jobs.create(newJob())));
      assert.ok(first && second && third);

      assert.equal(await jobs.queuePosition(third.id), 2);
      await jobs.start(first.id, 'worker-1');

      assert.equal(await jobs.queuePosition(first.id), null);
      assert.equal(await jobs.queuePosition(second.id), 0);
      assert.equal(await jobs.queuePosition(third.id), 1);
    });

    test('of many workers that start a job at once one wins', async () => {
      const { id } = await jobs.create(newJob());

      const started = await Promise.all(
        Array.from({ length: 20 }, (_, index) => jobs.start(id, `worker-${index}`)),
      );

      assert.equal(started.filter((job) => job !== undefined).length, 1);
      assert.equal((await jobs.get(id))?.status, 'processing');
    });

    test('a held job shows its stage and keeps its lease', async () => {
      const { id, attempt } = await held();

      assert.equal(await jobs.enterStage(id, attempt, 'build'), true);
      assert.equal(await jobs.heartbeat(id, attempt), 'held');

      const job = await jobs.get(id);
      assert.deepEqual([job?.status, job?.stage], ['processing', 'build']);
      assert.ok(job?.startedAt);
    });

    test('the end is recorded once', async () => {
      const { id, attempt } = await held();

      const results = await Promise.all(
        [1, 2, 3].map((performance) => jobs.finish(id, attempt, { ...SUCCESS, performance })),
      );

      const winner = results.indexOf(true);
      assert.deepEqual(results.toSorted(), [false, false, true]);
      const job = await jobs.get(id);
      assert.deepEqual(
        [job?.status, job?.performance, job?.hardening, job?.stage],
        ['success', winner + 1, 84.5, 'verdict'],
      );
      assert.ok(job?.finishedAt);
    });

    test('a performance that is no finite number is refused', async () => {
      const { id, attempt } = await held();

      for (const performance of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
        await assert.rejects(jobs.finish(id, attempt, { ...SUCCESS, performance }), {
          code: 'invariant-broken',
        });

      assert.equal((await jobs.get(id))?.status, 'processing');
    });

    test('what a zombie writes for an attempt that is over is refused', async () => {
      const { id, attempt } = await held();
      assert.equal(await jobs.giveBack(id, attempt, FAULT), 'requeued');
      const next = await jobs.start(id, 'worker-2');
      assert.equal(next?.attempt, attempt + 1);

      assert.equal(await jobs.heartbeat(id, attempt), 'lost');
      assert.equal(await jobs.enterStage(id, attempt, 'run'), false);
      assert.equal(await jobs.giveBack(id, attempt, FAULT), 'lost');
      assert.equal(await jobs.finish(id, attempt, SUCCESS), false);
      at.store.events.append(id, attempt, {
        type: 'log',
        stage: 'run',
        stream: 'stdout',
        text: 'from the grave',
      });
      await at.store.events.flush(id);

      const job = await jobs.get(id);
      assert.deepEqual([job?.status, job?.stage, job?.attempt], ['processing', null, attempt + 1]);
      const events = await at.store.events.read(id, 0, 100);
      assert.ok(events.every(({ data }) => data.type === 'status'));
    });

    test('our own failures end a job as error after as many tries as are allowed', async () => {
      const { id } = await jobs.create(newJob());
      const outcomes: string[] = [];
      for (let tries = 0; tries < 3; tries += 1) {
        const job = await jobs.start(id, 'worker-1');
        assert.ok(job);
        outcomes.push(await jobs.giveBack(id, job.attempt, FAULT));
      }

      const job = await jobs.get(id);
      assert.deepEqual(outcomes, ['requeued', 'requeued', 'ended']);
      assert.deepEqual(
        [job?.status, job?.reason?.code, job?.reason?.stage],
        ['error', 'retries-exhausted', 'build'],
      );
      assert.match(job?.reason?.message ?? '', /3 of 3 attempts.*The engine fell over/);
    });

    test('a worker that shuts down costs the job no try', async () => {
      const { id } = await jobs.create(newJob());
      for (let times = 0; times < 5; times += 1) {
        const job = await jobs.start(id, 'worker-1');
        assert.ok(job);
        assert.equal(await jobs.giveBack(id, job.attempt, null), 'requeued');
      }

      assert.deepEqual([(await jobs.get(id))?.status, (await jobs.get(id))?.attempt], ['init', 6]);
    });

    test('a waiting job that is cancelled ends at once, and again is fine', async () => {
      const { id } = await jobs.create(newJob());

      const first = await jobs.cancel(id);
      const second = await jobs.cancel(id);

      assert.deepEqual(
        [first.status, first.reason?.code, second.status],
        ['canceled', 'canceled', 'canceled'],
      );
      assert.equal(await jobs.start(id, 'worker-1'), undefined);
    });

    test('a running job that is cancelled is asked to stop, and ends when its worker says so', async () => {
      const { id, attempt } = await held();

      const asked = await jobs.cancel(id);
      assert.deepEqual([asked.status, asked.isCancelRequested], ['processing', true]);
      assert.equal(await jobs.heartbeat(id, attempt), 'cancel');
      assert.equal(await jobs.finish(id, attempt, { ...SUCCESS, status: 'canceled' }), true);

      assert.equal((await jobs.get(id))?.status, 'canceled');
    });

    test('a cancelled job whose worker fails or dies is not tried again', async () => {
      const failing = await held();
      const dying = await held();
      await jobs.cancel(failing.id);
      await jobs.cancel(dying.id);

      assert.equal(await jobs.giveBack(failing.id, failing.attempt, FAULT), 'ended');
      await jobs.recoverLost(0);

      assert.equal((await jobs.get(failing.id))?.status, 'canceled');
      assert.equal((await jobs.get(dying.id))?.status, 'canceled');
    });

    test('a job that has ended otherwise cannot be cancelled', async () => {
      const { id, attempt } = await held();
      await jobs.finish(id, attempt, SUCCESS);

      await assert.rejects(jobs.cancel(id), { code: 'conflict' });
    });

    test('a running job that is removed is gone, and its worker hears so', async () => {
      const { id, attempt } = await held();
      at.store.events.append(id, attempt, { type: 'log', stage: 'run', stream: 'stdout', text: 'hello' });
      await at.store.events.flush(id);

      assert.equal(await jobs.remove(id), true);

      assert.equal(await jobs.heartbeat(id, attempt), 'lost');
      assert.equal(await jobs.finish(id, attempt, SUCCESS), false);
      assert.deepEqual(await at.store.events.read(id, 0, 10), []);
      assert.equal(await jobs.remove(id), false);
    });

    test('a retry is a new attempt of an ended job, with a clean slate', async () => {
      const { id, attempt } = await held();
      await assert.rejects(jobs.retry(id), { code: 'conflict' });
      await jobs.finish(id, attempt, { ...SUCCESS, status: 'failed', report: reportOf(id, attempt) });

      const again = await jobs.retry(id);

      assert.deepEqual([again.status, again.attempt], ['init', attempt + 1]);
      assert.deepEqual(
        [again.stage, again.performance, again.hardening, again.reason, again.finishedAt],
        Array(5).fill(null),
      );
      await assert.rejects(jobs.retry(id), { code: 'conflict' });
      assert.equal((await at.store.reports.get(id, attempt))?.job.attempt, attempt);
      assert.equal((await jobs.start(id, 'worker-1'))?.attempt, attempt + 1);
    });

    test('the tries start anew with each wish of the submitter', async () => {
      const { id } = await jobs.create(newJob());
      for (let tries = 0; tries < 3; tries += 1) {
        const job = await jobs.start(id, 'worker-1');
        await jobs.giveBack(id, job?.attempt ?? 0, FAULT);
      }
      await jobs.retry(id);
      const job = await jobs.start(id, 'worker-1');

      assert.equal(await jobs.giveBack(id, job?.attempt ?? 0, FAULT), 'requeued');
    });

    test('a replacement of names alone keeps the result', async () => {
      const { id, attempt } = await held();
      await jobs.finish(id, attempt, SUCCESS);

      const replaced = await jobs.replace(id, newJob({ name: 'new', description: 'words' }));

      assert.deepEqual([replaced.name, replaced.description], ['new', 'words']);
      assert.deepEqual([replaced.status, replaced.attempt, replaced.performance], ['success', attempt, 0.99]);
    });

    test('a replaced Dockerfile or context starts a new attempt', async () => {
      const { id, attempt } = await held();
      await jobs.finish(id, attempt, SUCCESS);

      const second = await jobs.replace(id, newJob({ dockerfile: 'FROM other' }));
      const third = await jobs.replace(id, newJob({ dockerfile: 'FROM other', context: 'aGk=' }));
      const fourth = await jobs.replace(id, newJob({ dockerfile: 'FROM other' }));

      assert.deepEqual([second.status, second.performance, second.dockerfile], ['init', null, 'FROM other']);
      assert.deepEqual(
        [second.attempt, third.attempt, fourth.attempt],
        [attempt + 1, attempt + 2, attempt + 3],
      );
      assert.deepEqual([third.hasContext, fourth.hasContext], [true, false]);
      assert.equal(await jobs.context(id), null);
    });

    test('a job at work is not replaced', async () => {
      const { id } = await held();

      await assert.rejects(jobs.replace(id, newJob({ name: 'other' })), { code: 'conflict' });
    });

    test('only jobs whose workers are silent are put back', async () => {
      await empty(jobs);
      const [silent, alive] = await Promise.all([1, 2].map(() => jobs.create(newJob())));
      assert.ok(silent && alive);
      await jobs.start(silent.id, 'dead');
      await jobs.start(alive.id, 'alive');
      await new Promise((resolve) => setTimeout(resolve, 400));
      await jobs.heartbeat(alive.id, 1);

      assert.deepEqual(await jobs.recoverLost(300), [silent.id]);

      const job = await jobs.get(silent.id);
      assert.deepEqual([job?.status, job?.attempt], ['init', 2]);
      assert.equal(await jobs.heartbeat(silent.id, 1), 'lost');
      assert.equal(await jobs.heartbeat(alive.id, 1), 'held');
    });

    test('a job that kills its workers ends as error', async () => {
      await empty(jobs);
      const { id } = await jobs.create(newJob());
      for (let tries = 0; tries < 3; tries += 1) {
        assert.ok(await jobs.start(id, `worker-${tries}`));
        assert.deepEqual(await jobs.recoverLost(0), [id]);
      }

      const job = await jobs.get(id);
      assert.deepEqual([job?.status, job?.reason?.code], ['error', 'retries-exhausted']);
      assert.match(job?.reason?.message ?? '', /worker-2 was not heard of/);
    });

    test('every change of status is an event, in order', async () => {
      const { id, attempt } = await held();
      await jobs.giveBack(id, attempt, FAULT);
      const second = await jobs.start(id, 'worker-2');
      await jobs.finish(id, second?.attempt ?? 0, SUCCESS);
      await jobs.retry(id);

      const events = await at.store.events.read(id, 0, 100);

      assert.deepEqual(
        events.map(({ id: place, attempt: of, data }) => [place, of, data.type === 'status' && data.status]),
        [
          [1, 1, 'init'],
          [2, 1, 'processing'],
          [3, 2, 'init'],
          [4, 2, 'processing'],
          [5, 2, 'success'],
          [6, 3, 'init'],
        ],
      );
    });

    test('pages show every job once, whatever the order and the filter', async () => {
      await empty(jobs);
      for (let index = 0; index < 7; index += 1) {
        const { id } = await jobs.create(newJob({ name: `${index}` }));
        if (index % 2 === 0) await jobs.cancel(id);
      }
      const names = async (query: Parameters<JobStore['list']>[0]): Promise<string> => {
        let all = '';
        let cursor: string | null | undefined;
        while (cursor !== null) {
          const page = await jobs.list({ ...query, ...(cursor === undefined ? {} : { cursor }) });
          assert.ok(page.jobs.length <= query.limit);
          all += page.jobs.map(({ name }) => name).join('');
          cursor = page.next;
        }
        return all;
      };

      assert.equal(await names({ limit: 3, order: 'oldest' }), '0123456');
      assert.equal(await names({ limit: 7, order: 'newest' }), '6543210');
      assert.equal(await names({ limit: 1, order: 'newest', status: 'canceled' }), '6420');
      assert.equal(await names({ limit: 2, order: 'oldest', status: 'error' }), '');
    });

    test('a cursor of another query or of another’s making is refused', async () => {
      await jobs.create(newJob());
      await jobs.create(newJob());
      const { next } = await jobs.list({ limit: 1, order: 'oldest' });
      assert.ok(next);

      const refused = [
        jobs.list({ limit: 1, order: 'newest', cursor: next }),
        jobs.list({ limit: 1, order: 'oldest', status: 'init', cursor: next }),
        ...[
          '',
          'x',
          '%00',
          'W10',
          Buffer.from('[1,"oldest",null,"1; --"]').toString('base64url'),
          'A'.repeat(10_000),
        ].map((cursor) => jobs.list({ limit: 1, order: 'oldest', cursor })),
        jobs.list({ limit: 0, order: 'oldest' }),
        jobs.list({ limit: 501, order: 'oldest' }),
      ];

      for (const page of refused) await assert.rejects(page, { code: 'input-invalid' });
    });
  });
}

/** Removes every job, for a test that counts them. */
export async function empty(jobs: JobStore): Promise<void> {
  for (const { id } of (await jobs.list({ limit: 500, order: 'oldest' })).jobs) await jobs.remove(id);
}

/** A report with the least in it. */
export function reportOf(id: string, attempt: number, name = 'a job'): JobReport {
  return {
    version: 1,
    drydock: '0.0.0',
    job: { id, name, attempt },
    verdict: { status: 'failed', reasons: [], warnings: [] },
    performance: null,
    hardening: null,
    startedAt: '2026-01-01T00:00:00.000Z',
    finishedAt: '2026-01-01T00:00:01.000Z',
    steps: [],
    payload: null,
    audit: null,
    build: null,
    inventory: null,
    scan: null,
    gate: null,
    run: null,
  };
}

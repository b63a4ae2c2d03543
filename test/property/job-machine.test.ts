import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import fc from 'fast-check';
import '../support/fixed-seed.ts';
import { canBecome, type Job, type JobStatus } from '../../src/core/job.ts';
import { SUCCESS } from '../contract/job-store.ts';
import { newJob, storeDrivers, type TestStore } from '../support/stores.ts';

const FAULT = { code: 'internal-error', stage: 'build', message: 'ours' } as const;

/** What users and workers may do to one job, each with the attempt that it believes in (0 is now, 1 the one before …). */
const EVENTS = [
  'start',
  'heartbeat',
  'enterStage',
  'succeed',
  'fail',
  'cancelled',
  'giveBack',
  'shutdown',
  'recover',
  'cancel',
  'retry',
  'rename',
  'replace',
] as const;
type Event = (typeof EVENTS)[number];

const sequences = fc.array(fc.record({ event: fc.constantFrom(...EVENTS), age: fc.nat({ max: 2 }) }), {
  maxLength: 25,
});

suite('the job machine', { timeout: 120_000 }, () => {
  const driver =
    storeDrivers().find(({ skip, name }) => name === 'postgres' && skip === false) ?? storeDrivers()[0];
  let at: TestStore;
  before(async () => {
    await driver?.start();
    assert.ok(driver);
    at = await driver.open({ retryDelayMs: 0 });
  });
  after(async () => {
    await at[Symbol.asyncDispose]();
    await driver?.stop();
  });

  /** Does it and says whether the store did anything. What it refuses as a conflict is nothing. */
  async function act(event: Event, id: string, attempt: number): Promise<boolean> {
    const { jobs } = at.store;
    const unlessConflict = async (work: Promise<unknown>): Promise<boolean> => {
      try {
        await work;
        return true;
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'conflict') return false;
        throw error;
      }
    };
    switch (event) {
      case 'start':
        return (await jobs.start(id, 'worker')) !== undefined;
      case 'heartbeat':
        return (await jobs.heartbeat(id, attempt)) !== 'lost';
      case 'enterStage':
        return jobs.enterStage(id, attempt, 'build');
      case 'succeed':
        return jobs.finish(id, attempt, SUCCESS);
      case 'fail':
        return jobs.finish(id, attempt, { ...SUCCESS, status: 'failed', performance: null });
      case 'cancelled':
        return jobs.finish(id, attempt, { ...SUCCESS, status: 'canceled', performance: null });
      case 'giveBack':
        return (await jobs.giveBack(id, attempt, FAULT)) !== 'lost';
      case 'shutdown':
        return (await jobs.giveBack(id, attempt, null)) !== 'lost';
      case 'recover':
        return (await jobs.recoverLost(0)).includes(id);
      case 'cancel':
        return unlessConflict(jobs.cancel(id));
      case 'retry':
        return unlessConflict(jobs.retry(id));
      case 'rename':
        return unlessConflict(
          jobs.replace(id, { ...newJob(), name: 'other', dockerfile: (await seen(id)).dockerfile }),
        );
      case 'replace':
        return unlessConflict(jobs.replace(id, newJob({ dockerfile: `FROM x${Math.random()}` })));
    }
  }

  async function seen(id: string): Promise<Job> {
    const job = await at.store.jobs.get(id);
    assert.ok(job);
    return job;
  }

  function assertSound(job: Job, previous: Job, did: boolean, attempt: number, event: Event): void {
    const changed = job.status !== previous.status || job.attempt !== previous.attempt;
    if (changed)
      assert.ok(canBecome(previous.status, job.status), `${event}: ${previous.status} → ${job.status}`);
    if (!did)
      assert.deepEqual(
        { ...job, updatedAt: '' },
        { ...previous, updatedAt: '' },
        `${event} did nothing, yet`,
      );
    assert.ok(job.attempt === previous.attempt || job.attempt === previous.attempt + 1);
    const isWorkers = [
      'heartbeat',
      'enterStage',
      'succeed',
      'fail',
      'cancelled',
      'giveBack',
      'shutdown',
    ].includes(event);
    if (isWorkers && attempt !== previous.attempt) assert.equal(did, false, `a zombie's ${event} was taken`);
    if (isWorkers && previous.status !== 'processing')
      assert.equal(did, false, `${event} of a job that nobody holds`);
    const isOver = job.status !== 'init' && job.status !== 'processing';
    assert.equal(job.finishedAt !== null, isOver);
    assert.equal(job.startedAt !== null && !isOver, job.status === 'processing');
  }

  test('no sequence of events takes a job where it may not go, and the events tell the same story', async () => {
    await fc.assert(
      fc.asyncProperty(sequences, async (steps) => {
        const { id } = await at.store.jobs.create(newJob());
        const story: JobStatus[] = ['init'];
        let previous = await seen(id);
        for (const { event, age } of steps) {
          const attempt = previous.attempt - age;
          const did = await act(event, id, attempt);
          const job = await seen(id);
          assertSound(job, previous, did, attempt, event);
          if (job.status !== previous.status || job.attempt !== previous.attempt) story.push(job.status);
          previous = job;
        }
        const told = (await at.store.events.read(id, 0, 1_000)).map(
          ({ data }) => data.type === 'status' && data.status,
        );
        assert.deepEqual(told, story);
        await at.store.jobs.remove(id);
      }),
      { numRuns: 60 },
    );
  });
});

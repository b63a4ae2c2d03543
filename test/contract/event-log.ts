import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import type { Job } from '../../src/core/job.ts';
import type { EventLog, JobEvent, JobEventData } from '../../src/core/ports.ts';
import { newJob, type StoreDriver, type TestStore } from '../support/stores.ts';
import { SUCCESS } from './job-store.ts';

const never = new AbortController().signal;

function line(text: string): JobEventData {
  return { type: 'log', stage: 'build', stream: 'stdout', text };
}

function textsOf(events: readonly JobEvent[]): readonly string[] {
  return events.flatMap(({ data }) => (data.type === 'log' ? [data.text] : []));
}

/** What every event log must do. */
export function eventLogContract(driver: StoreDriver): void {
  suite(`event log: ${driver.name}`, { skip: driver.skip, timeout: 60_000 }, () => {
    let at: TestStore;
    let log: EventLog;
    before(async () => {
      at = await driver.open({ outputBounds: { headBytes: 200_000, tailBytes: 2_000 } });
      log = at.store.events;
    });
    after(async () => {
      await at[Symbol.asyncDispose]();
      assert.deepEqual(at.faults, []);
    });
    const held = async (): Promise<Job> => {
      const { id } = await at.store.jobs.create(newJob());
      const job = await at.store.jobs.start(id, 'worker-1');
      assert.ok(job);
      return job;
    };

    test('events are kept in order, numbered from 1 without a gap', async () => {
      const { id, attempt } = await held();
      const texts = Array.from({ length: 1_300 }, (_, index) => `line ${index}`);

      for (const text of texts) log.append(id, attempt, line(text));
      await log.flush(id);

      const events = [...(await log.read(id, 0, 1_000)), ...(await log.read(id, 1_000, 1_000))];
      assert.deepEqual(
        events.map((event) => event.id),
        Array.from({ length: 1_302 }, (_, index) => index + 1),
      );
      assert.deepEqual(textsOf(events), texts);
      assert.ok(events.every((event) => event.attempt === attempt && !Number.isNaN(Date.parse(event.at))));
    });

    test('hostile text comes back as it was', async () => {
      const { id, attempt } = await held();
      const texts = [
        'a\0b',
        '\ud800',
        '\udfff\ud800',
        '{"a":[1,"',
        "'; DROP TABLE jobs; --",
        '\\',
        'NULL',
        '',
        '{}',
        '\u001b[2J\r\n',
        '\u2028',
      ];

      for (const text of texts) log.append(id, attempt, line(text));
      await log.flush(id);

      assert.deepEqual(textsOf(await log.read(id, 0, 100)), texts);
    });

    test('a line of more than 16 KiB is cut between two characters and says so', async () => {
      const { id, attempt } = await held();

      log.append(id, attempt, line(`${'ü😀'.repeat(10_000)}end`));
      await log.flush(id);

      const [text = ''] = textsOf(await log.read(id, 0, 100));
      assert.ok(Buffer.byteLength(text) <= 16 * 1024);
      assert.match(text, /^(ü😀)+ü? \[43619 bytes cut\]$/);
    });

    test('what is printed beyond the bounds is dropped from the middle, and the drop is a line', async () => {
      const { id, attempt } = await held();

      for (let index = 0; index < 20_000; index += 1) log.append(id, attempt, line(`line ${index}`));
      log.append(id, attempt, {
        type: 'stage',
        stage: 'build',
        state: 'failed',
        summary: 'too much',
        durationMs: 5,
      });
      await log.flush(id);

      const events: JobEvent[] = [];
      for (
        let page = await log.read(id, 0, 1_000);
        page.length > 0;
        page = await log.read(id, events.at(-1)?.id ?? 0, 1_000)
      )
        events.push(...page);
      const texts = textsOf(events);
      assert.ok(texts.length > 2_000 && texts.length < 4_000, `${texts.length} lines`);
      assert.equal(texts[0], 'line 0');
      assert.equal(texts.at(-1), 'line 19999');
      assert.equal(texts.filter((text) => /^\[\d+ bytes dropped\]$/.test(text)).length, 1);
      assert.deepEqual(events.at(-1)?.data.type, 'stage');
    });

    test('a million empty lines are bounded too', async () => {
      const { id, attempt } = await held();

      for (let index = 0; index < 1_000_000; index += 1) log.append(id, attempt, line(''));
      await log.flush(id);

      const [last] = (await log.read(id, 3_150, 1_000)).slice(-1);
      assert.ok((last?.id ?? 0) < 4_000, `${last?.id} events`);
    });

    test('the numbers go on over attempts', async () => {
      const { id, attempt } = await held();
      log.append(id, attempt, line('first'));
      await log.flush(id);
      await at.store.jobs.giveBack(id, attempt, null);
      await at.store.jobs.start(id, 'worker-2');

      log.append(id, attempt + 1, line('second'));
      await log.flush(id);

      const events = await log.read(id, 0, 100);
      assert.deepEqual(
        events.map((event) => event.id),
        [1, 2, 3, 4, 5, 6],
      );
      assert.deepEqual(
        events.map((event) => event.attempt),
        [1, 1, 1, 2, 2, 2],
      );
    });

    test('nothing is appended to a job that has ended, or that nobody has', async () => {
      const { id, attempt } = await held();
      await at.store.jobs.finish(id, attempt, SUCCESS);
      const count = (await log.read(id, 0, 100)).length;

      for (const jobId of [id, randomUUID(), 'no id']) {
        log.append(jobId, attempt, line('late'));
        await log.flush(jobId);
      }

      assert.equal((await log.read(id, 0, 100)).length, count);
      assert.deepEqual(await log.read('no id', 0, 100), []);
    });

    test('lines are on their way within moments, without a flush', async () => {
      const { id, attempt } = await held();

      log.append(id, attempt, line('soon'));
      for (let tries = 0; tries < 100 && (await log.read(id, 2, 1)).length === 0; tries += 1)
        await log.waitForNews(id, 50, never);

      assert.deepEqual(textsOf(await log.read(id, 2, 1)), ['soon']);
    });

    test('who waits hears of a line, of a change of status, and of nothing else', async () => {
      const { id, attempt } = await held();
      const other = await held();
      const waited = async (act: () => void): Promise<number> => {
        await new Promise((resolve) => setTimeout(resolve, 150));
        const since = performance.now();
        const news = log.waitForNews(id, 900, never);
        act();
        await news;
        return performance.now() - since;
      };

      assert.ok((await waited(() => log.append(id, attempt, line('x')))) < 600);
      assert.ok((await waited(() => void at.store.jobs.cancel(id))) < 600);
      assert.ok((await waited(() => log.append(other.id, other.attempt, line('x')))) >= 890);
    });

    test('what came between a read and the wait still wakes', async () => {
      const { id, attempt } = await held();
      log.append(id, attempt, line('x'));
      await log.flush(id);
      const since = performance.now();

      await log.waitForNews(id, 5_000, never);

      assert.ok(performance.now() - since < 800);
    });

    test('waiting ends when it is aborted', async () => {
      const { id } = await held();
      await new Promise((resolve) => setTimeout(resolve, 150));
      const since = performance.now();

      await Promise.all([
        log.waitForNews(id, 30_000, AbortSignal.abort()),
        log.waitForNews(id, 30_000, AbortSignal.timeout(50)),
      ]);

      assert.ok(performance.now() - since < 800);
    });
  });
}

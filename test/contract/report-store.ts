import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { newJob, type StoreDriver, type TestStore } from '../support/stores.ts';
import { reportOf, SUCCESS } from './job-store.ts';

/** What every report store must do. */
export function reportStoreContract(driver: StoreDriver): void {
  suite(`report store: ${driver.name}`, { skip: driver.skip }, () => {
    let at: TestStore;
    before(async () => {
      at = await driver.open();
    });
    after(() => at[Symbol.asyncDispose]());

    test('the newest report is given, or the one of an attempt, as it was recorded', async () => {
      const { jobs, reports } = at.store;
      const { id } = await jobs.create(newJob());
      const name = 'hostile \0 \ud800 {"}\u2028';
      for (const attempt of [1, 2]) {
        await jobs.start(id, 'worker-1');
        assert.equal(await reports.get(id, attempt), undefined);
        await jobs.finish(id, attempt, { ...SUCCESS, report: reportOf(id, attempt, name) });
        if (attempt === 1) await jobs.retry(id);
      }

      assert.deepEqual(await reports.get(id), reportOf(id, 2, name));
      assert.deepEqual(await reports.get(id, 1), reportOf(id, 1, name));
      assert.equal(await reports.get(id, 3), undefined);
    });

    test('a job without a report, or none at all, has none', async () => {
      const { id } = await at.store.jobs.create(newJob());

      for (const jobId of [id, randomUUID(), 'no id'])
        assert.equal(await at.store.reports.get(jobId), undefined);
    });
  });
}

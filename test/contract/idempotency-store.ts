import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { digestOf } from '../../src/core/digest.ts';
import type { Clock } from '../../src/core/ports.ts';
import type { StoreDriver, TestStore } from '../support/stores.ts';

const DIGEST = digestOf('payload');

/** What every idempotency store must do. */
export function idempotencyStoreContract(driver: StoreDriver): void {
  suite(`idempotency store: ${driver.name}`, { skip: driver.skip }, () => {
    const clock: Clock & { at: number } = {
      at: Date.parse('2026-06-01T12:00:00Z'),
      now: () => new Date(clock.at),
    };
    let at: TestStore;
    before(async () => {
      at = await driver.open({ clock });
    });
    after(() => at[Symbol.asyncDispose]());

    test('of those who claim a key at once one gets it, and later ones its job', async () => {
      const { idempotency } = at.store;
      const key = { tokenId: 'token-1', key: 'key \0 \ud800' };
      const jobId = randomUUID();

      const claims = await Promise.all(Array.from({ length: 10 }, () => idempotency.claim(key, DIGEST)));
      await idempotency.answer(key, jobId);

      assert.deepEqual(claims.map(({ state }) => state).toSorted(), [
        'claimed',
        ...Array<string>(9).fill('in-flight'),
      ]);
      assert.deepEqual(await idempotency.claim(key, DIGEST), { state: 'answered', jobId });
      assert.deepEqual(await idempotency.claim(key, digestOf('other')), { state: 'mismatch' });
      assert.deepEqual(await idempotency.claim({ ...key, tokenId: 'token-2' }, DIGEST), { state: 'claimed' });
    });

    test('a released key is free, an answered one is not', async () => {
      const { idempotency } = at.store;
      const key = { tokenId: 'token-1', key: 'released' };
      await idempotency.claim(key, DIGEST);
      await idempotency.release(key);
      assert.deepEqual(await idempotency.claim(key, digestOf('other')), { state: 'claimed' });
      await idempotency.answer(key, randomUUID());

      await idempotency.release(key);

      assert.equal((await idempotency.claim(key, digestOf('other'))).state, 'answered');
    });

    test('a claim of a dead process is free after two minutes, an answer after a day', async () => {
      const { idempotency } = at.store;
      const key = { tokenId: 'token-1', key: 'kept' };
      await idempotency.claim(key, DIGEST);

      clock.at += 119_000;
      assert.equal((await idempotency.claim(key, DIGEST)).state, 'in-flight');
      clock.at += 1_000;
      assert.equal((await idempotency.claim(key, DIGEST)).state, 'claimed');
      await idempotency.answer(key, randomUUID());
      clock.at += 24 * 3_600_000 - 1;
      assert.equal((await idempotency.claim(key, DIGEST)).state, 'answered');
      clock.at += 1;
      assert.equal((await idempotency.claim(key, DIGEST)).state, 'claimed');
    });
  });
}

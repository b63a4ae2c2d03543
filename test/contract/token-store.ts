import assert from 'node:assert/strict';
import { after, before, beforeEach, suite, test } from 'node:test';
import type { Clock } from '../../src/core/ports.ts';
import { type StoreDriver, storeRows, type TestStore } from '../support/stores.ts';

/** What every token store must do. */
export function tokenStoreContract(driver: StoreDriver): void {
  suite(`token store: ${driver.name}`, { skip: driver.skip }, () => {
    const clock: Clock & { at: number } = { at: 0, now: () => new Date(clock.at) };
    let at: TestStore;
    before(async () => {
      at = await driver.open({ clock });
    });
    beforeEach(() => {
      clock.at = Date.parse('2026-06-01T12:00:00Z');
    });
    after(() => at[Symbol.asyncDispose]());

    test('a token opens what it was made for, and nothing like it does', async () => {
      const { tokens } = at.store;
      const { id, token } = await tokens.create({ name: 'ci', role: 'submitter', expiresAt: null });

      assert.match(token, /^dd_[0-9A-Za-z]{49}$/);
      assert.deepEqual(await tokens.verify(token), { id, name: 'ci', role: 'submitter' });
      const wrong = [
        '',
        'dd_',
        `${token}0`,
        token.slice(0, -1),
        token.toUpperCase(),
        ` ${token}`,
        `${token}\n`,
        // Another last letter of the secret: the check says at once that it is none.
        `${token.slice(0, 45)}${token[45] === 'a' ? 'b' : 'a'}${token.slice(46)}`,
        'a\0b',
        'x'.repeat(1_000_000),
      ];
      for (const text of wrong) assert.equal(await tokens.verify(text), undefined);
    });

    test('an expired or revoked token opens nothing', async () => {
      const { tokens } = at.store;
      const short = await tokens.create({
        name: 'short',
        role: 'admin',
        expiresAt: '2026-06-01T13:00:00+00:00',
      });
      const long = await tokens.create({ name: 'long', role: 'admin', expiresAt: null });

      clock.at += 3_599_000;
      assert.ok(await tokens.verify(short.token));
      clock.at += 1_000;
      assert.equal(await tokens.verify(short.token), undefined);
      assert.equal(await tokens.revoke(long.id), true);
      assert.equal(await tokens.verify(long.token), undefined);

      assert.equal(await tokens.revoke(long.id), false);
      assert.equal(await tokens.revoke('no id'), false);
      const mine = (await tokens.list()).filter(({ id }) => id === short.id || id === long.id);
      assert.deepEqual(
        mine.map(({ name, isRevoked, expiresAt }) => [name, isRevoked, expiresAt]).toSorted(),
        [
          ['long', true, null],
          ['short', false, '2026-06-01T13:00:00.000Z'],
        ],
      );
    });

    test('the last use is kept to the minute', async () => {
      const { token } = await at.store.tokens.create({ name: 'used', role: 'admin', expiresAt: null });
      const lastUse = async (): Promise<string | null | undefined> =>
        (await at.store.tokens.list()).find(({ name }) => name === 'used')?.lastUsedAt;

      assert.equal(await lastUse(), null);
      await at.store.tokens.verify(token);
      assert.equal(await lastUse(), '2026-06-01T12:00:00.000Z');
      clock.at += 59_000;
      await at.store.tokens.verify(token);
      assert.equal(await lastUse(), '2026-06-01T12:00:00.000Z');
      clock.at += 2_000;
      await at.store.tokens.verify(token);
      assert.equal(await lastUse(), '2026-06-01T12:01:01.000Z');
    });

    test('a name that can’t be kept, or an expiry that is no time, is refused', async () => {
      const make = (name: string, expiresAt: string | null): Promise<unknown> =>
        at.store.tokens.create({ name, role: 'admin', expiresAt });

      for (const name of ['', 'x'.repeat(101), 'a\0', '\ud800'])
        await assert.rejects(make(name, null), { code: 'input-invalid' });
      await assert.rejects(make('ci', 'tomorrow'), { code: 'input-invalid' });
    });

    test('only the hash is kept', async () => {
      const { token } = await at.store.tokens.create({ name: 'ci', role: 'admin', expiresAt: null });

      // The embedded database is open to one process at a time.
      await at.store[Symbol.asyncDispose]();
      const rows = JSON.stringify(await storeRows(at, 'SELECT * FROM tokens'));

      assert.ok(!rows.includes(token) && !rows.includes(token.slice(3, 20)));
      assert.match(rows, /"hash":"[0-9a-f]{64}"/);
    });
  });
}

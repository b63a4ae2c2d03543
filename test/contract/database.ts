import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Database } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import type { Migration } from '../../src/store/migrations.ts';

export interface DatabaseDriver {
  readonly name: string;
  readonly skip: string | false;
  open(): Promise<Database>;
}

/** What every database below the store must do. */
export function databaseContract(driver: DatabaseDriver): void {
  suite(`database: ${driver.name}`, { skip: driver.skip, timeout: 60_000 }, () => {
    let database: Database;
    before(async () => {
      database = await driver.open();
      await database.script('CREATE TABLE items (name text PRIMARY KEY); CREATE TABLE others (name text);');
    });
    after(() => database[Symbol.asyncDispose]());
    const names = async (): Promise<readonly unknown[]> =>
      (await database.query('SELECT name FROM items ORDER BY name')).map((row) => row['name']);

    test('values go as values, whatever they look like', async () => {
      const hostile = [`'; DROP TABLE items; --`, '{"a,b}', '\\', 'NULL', '', '\u{1f600}'];

      const [row] = await database.query('SELECT $1::text[] AS list, $2::text AS one', [hostile, hostile[0]]);

      assert.deepEqual(row, { list: hostile, one: hostile[0] });
    });

    test('a transaction that throws leaves no trace, and its own error comes out', async () => {
      const fault = new Error('changed my mind');

      const undone = database.transaction(async (sql) => {
        await sql.query(`INSERT INTO items VALUES ('undone')`);
        throw fault;
      });

      await assert.rejects(undone, (error) => error === fault);
      assert.deepEqual(await names(), []);
    });

    test('a statement that is refused spoils its own transaction only', async () => {
      const refused = database.transaction(async (sql) => {
        await sql.query(`INSERT INTO items VALUES ('spoilt')`);
        await sql.query('SELECT 1/0');
      });
      await assert.rejects(refused, { code: 'invariant-broken', message: /division by zero/ });
      await assert.rejects(database.script('BEGIN; SELECT 1/0; COMMIT;'), { code: 'invariant-broken' });

      assert.deepEqual(await names(), []);
      await database.query(`INSERT INTO items VALUES ('fine')`);
      await database.transaction((sql) => sql.query(`DELETE FROM items`));
    });

    test('transactions that come together do not mix', async () => {
      const work = (name: string, isKept: boolean): Promise<void> =>
        database.transaction(async (sql) => {
          await sql.query('INSERT INTO items VALUES ($1)', [name]);
          await new Promise((resolve) => setTimeout(resolve, 5));
          if (!isKept) throw new Error('undone');
        });

      await Promise.allSettled(
        Array.from({ length: 12 }, (_, index) => work(`${100 + index}`, index % 2 === 0)),
      );

      assert.deepEqual(await names(), ['100', '102', '104', '106', '108', '110']);
    });

    test('migrations are applied once, together or not at all', async () => {
      const good: Migration = {
        id: 1,
        name: 'good',
        sql: 'CREATE TABLE m1 (a int); INSERT INTO m1 VALUES (1);',
      };
      const bad: Migration = { id: 2, name: 'bad', sql: 'CREATE TABLE m2 (a int); SELECT 1/0;' };

      await assert.rejects(migrate(database, [good, bad]), { code: 'invariant-broken' });
      assert.deepEqual(await database.query(`SELECT to_regclass('m1') AS m1`), [{ m1: null }]);
      const applied = await Promise.all([
        migrate(database, [good]),
        migrate(database, [good]),
        migrate(database, [good]),
      ]);

      assert.deepEqual(applied.flat(), ['good']);
      assert.deepEqual(await database.query('SELECT a FROM m1'), [{ a: 1 }]);
    });

    test('a migration that changed after it was applied, or that is unknown here, is refused', async () => {
      const known: Migration = {
        id: 1,
        name: 'good',
        sql: 'CREATE TABLE m1 (a int); INSERT INTO m1 VALUES (1);',
      };
      await migrate(database, [known]);

      await assert.rejects(migrate(database, [{ ...known, sql: 'SELECT 1' }]), { code: 'invariant-broken' });
      await assert.rejects(migrate(database, []), { code: 'config-invalid', message: /newer/ });
    });
  });
}

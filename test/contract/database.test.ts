import assert from 'node:assert/strict';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { openPglite } from '../../src/store/pglite-database.ts';
import { openPostgres } from '../../src/store/postgres-database.ts';
import { copyDataFolder } from '../support/pglite.ts';
import { noPostgres, startPostgres, type TestPostgres } from '../support/postgres.ts';
import { databaseContract } from './database.ts';

const fail = (error: unknown): never => assert.fail(String(error));

let server: TestPostgres | undefined;
before(async () => {
  if (noPostgres === false) server = await startPostgres();
});
after(() => server?.[Symbol.asyncDispose]());

databaseContract({ name: 'pglite in memory', skip: false, open: () => openPglite(null, fail) });
databaseContract({
  name: 'postgres',
  skip: noPostgres,
  open: async () => openPostgres((await server?.createDatabase()) ?? '', fail),
});

test('using the embedded database inside its own transaction is an error, not a wait for ever', async () => {
  await using folder = await disposableDataFolder();
  await using database = await openPglite(join(folder.path, 'db'), fail);

  const nested = database.transaction(() => database.query('SELECT 1'));

  await assert.rejects(nested, { code: 'invariant-broken', message: /one connection/ });
  assert.deepEqual(await database.query('SELECT 1 AS one'), [{ one: 1 }]);
});

async function disposableDataFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await copyDataFolder();
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) };
}

import { digestOf } from '../core/digest.ts';
import { DrydockError } from '../core/errors.ts';
import type { Database, Sql } from './database.ts';
import { MIGRATIONS, type Migration } from './migrations.ts';
import { number, text } from './row.ts';

/** Any number, as long as nobody else in the database takes an advisory lock by it. */
const LOCK_KEY = 4_127_900_001;

/**
 * Brings the schema up to date, all in one transaction; of several processes one does it and the others wait.
 * Throws `config-invalid` when the database was made by a newer Drydock, `invariant-broken` when a migration that was
 * applied is not the one that is here.
 */
export async function migrate(
  database: Database,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<readonly string[]> {
  return database.transaction(async (sql) => {
    await sql.query(`SELECT pg_advisory_xact_lock(${LOCK_KEY})`);
    await sql.query(`CREATE TABLE IF NOT EXISTS drydock_migrations (
      id integer PRIMARY KEY, name text NOT NULL, checksum text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now()
    )`);
    const applied = await verifyApplied(sql, migrations);
    const pending = migrations.filter(({ id }) => id > applied);
    for (const migration of pending) {
      await sql.script(migration.sql);
      await sql.query('INSERT INTO drydock_migrations (id, name, checksum) VALUES ($1, $2, $3)', [
        migration.id,
        migration.name,
        digestOf(migration.sql),
      ]);
    }
    return pending.map(({ name }) => name);
  });
}

/** The id of the newest migration that was applied; 0 for none. */
async function verifyApplied(sql: Sql, migrations: readonly Migration[]): Promise<number> {
  const rows = await sql.query('SELECT id, name, checksum FROM drydock_migrations ORDER BY id');
  for (const [index, row] of rows.entries()) {
    const known = migrations[index];
    if (known === undefined)
      throw new DrydockError(
        'config-invalid',
        `The database has the migration ${number(row, 'id')} (${text(row, 'name')}), which this Drydock does not know: it was made by a newer one. Use that one.`,
      );
    if (known.id !== number(row, 'id') || digestOf(known.sql) !== text(row, 'checksum'))
      throw new DrydockError(
        'invariant-broken',
        `Migration ${number(row, 'id')} (${text(row, 'name')}) was applied with another content than this Drydock has. Migrations never change once released.`,
      );
  }
  return rows.length;
}

import { AsyncLocalStorage } from 'node:async_hooks';
import { PGlite, type Transaction } from '@electric-sql/pglite';
import { DrydockError } from '../core/errors.ts';
import type { Database, Row, Sql } from './database.ts';
import { databaseError } from './database-error.ts';

/**
 * PGlite reserves its shared buffers at the start. With its default of 160 MB the process took 120 MB more (resident,
 * idle after start) than with 16 MB, and the store's statements were no faster.
 */
const SETTINGS = ['shared_buffers=16MB'];

/**
 * There is no autovacuum and no checkpointer in a PostgreSQL of one process: without this, dead rows would stay and the
 * log would grow until the next clean stop. It took 0.7 s here with 40 MB changed; statements wait meanwhile.
 */
const HOUSEKEEPING = ['VACUUM', 'CHECKPOINT'];
const HOUSEKEEPING_MS = 30 * 60_000;

/**
 * The embedded PostgreSQL, in `folder` or, for null, in memory. It outlives the end of the process at any moment, also
 * by SIGKILL; it is not asked to outlive the loss of power (PGlite does not call fsync).
 * Makes the folder when it is not there: 5 s here; opening it again takes 0.4 s. One process at a time may open a
 * folder: `lock-folder.ts` sees to that.
 */
export async function openPglite(
  folder: string | null,
  onFault: (error: unknown) => void,
): Promise<Database> {
  const pglite = await PGlite.create({
    ...(folder === null ? {} : { dataDir: folder }),
    postgresqlconf: SETTINGS,
  }).catch((error: unknown) => {
    throw new DrydockError(
      'database-unavailable',
      `The embedded database was expected to open in ${folder ?? 'memory'}; it did not. If the folder is damaged, move it away.`,
      { cause: error },
    );
  });
  return wrapPglite(pglite, onFault);
}

function wrapPglite(pglite: PGlite, onFault: (error: unknown) => void): Database {
  const alone = createLock();
  const script = (text: string): Promise<readonly Row[]> =>
    alone(async () => {
      try {
        return await asSql(pglite).script(text);
      } catch (error) {
        // There is one connection: a transaction that a script left open would swallow all that follows.
        await pglite.exec('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  const housekeeping = setInterval(() => {
    for (const text of HOUSEKEEPING) script(text).catch(onFault);
  }, HOUSEKEEPING_MS);
  housekeeping.unref();
  return {
    kind: 'pglite',
    query: (text, values) => alone(() => asSql(pglite).query(text, values)),
    script,
    transaction: (body) => alone(() => inTransaction(pglite, body)),
    listen: async () => undefined,
    [Symbol.asyncDispose]: () => {
      clearInterval(housekeeping);
      return alone(() => pglite.close());
    },
  };
}

async function inTransaction<T>(pglite: PGlite, body: (sql: Sql) => Promise<T>): Promise<T> {
  let bodyError: unknown;
  try {
    return await pglite.transaction(async (it) => {
      try {
        return await body(asSql(it));
      } catch (error) {
        bodyError = error;
        throw error;
      }
    });
  } catch (error) {
    throw error === bodyError ? error : databaseError(error);
  }
}

function asSql(pglite: Pick<PGlite | Transaction, 'query' | 'exec'>): Sql {
  return {
    query: async (text, values) => {
      const { rows } = await pglite.query<Row>(text, values === undefined ? [] : [...values]).catch(rethrow);
      return rows;
    },
    script: async (text) => {
      const results = await pglite.exec(text).catch(rethrow);
      return results.flatMap(({ rows }): Row[] => rows);
    },
  };
}

function rethrow(error: unknown): never {
  throw databaseError(error);
}

/**
 * One at a time, in order. Asking again from inside would wait for itself for ever; that is made an error instead.
 */
function createLock(): <T>(body: () => Promise<T>) => Promise<T> {
  const inside = new AsyncLocalStorage<{ isHeld: boolean }>();
  let last: Promise<unknown> = Promise.resolve();
  return (body) => {
    if (inside.getStore()?.isHeld === true)
      return Promise.reject(
        new DrydockError(
          'invariant-broken',
          'Inside a transaction only its own Sql may be used: the embedded database has one connection.',
        ),
      );
    const holder = { isHeld: true };
    const mine = last.then(() =>
      inside.run(holder, async () => {
        try {
          return await body();
        } finally {
          holder.isHeld = false;
        }
      }),
    );
    last = mine.catch(() => undefined);
    return mine;
  };
}

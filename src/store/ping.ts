import { setTimeout as sleep } from 'node:timers/promises';
import { DrydockError } from '../core/errors.ts';
import type { Sql } from './database.ts';

/**
 * Asks the database whether it is there; throws `database-unavailable` when no answer comes in time. One question at a time,
 * however many ask: a database that hangs must not be given a connection for each of them.
 */
export function createPing(database: Pick<Sql, 'query'>): (timeoutMs: number) => Promise<void> {
  let asked: Promise<unknown> | undefined;
  return async (timeoutMs) => {
    asked ??= database.query('SELECT 1').finally(() => {
      asked = undefined;
    });
    const late = new AbortController();
    const timeout = sleep(timeoutMs, undefined, { signal: late.signal }).then(() => {
      throw new DrydockError(
        'database-unavailable',
        `The database was expected to answer within ${timeoutMs} ms; it did not.`,
      );
    });
    try {
      await Promise.race([asked, timeout]);
    } finally {
      late.abort();
      timeout.catch(() => undefined);
    }
  };
}

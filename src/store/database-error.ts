import { DrydockError } from '../core/errors.ts';

/**
 * SQLSTATE classes and codes that say that the database could not be used, not that the SQL was wrong.
 * Source: https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
const UNAVAILABLE = /^(08...|53...|57P..|57014|58...|40001|40P01|55P03|25006|28...|3D000)$/;
/** What sockets and the `pg` driver say when the connection is not there or went away. */
const CONNECTION =
  /ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|EHOSTUNREACH|Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|not queryable/;

/** What a driver threw, in our words: `database-unavailable` or `invariant-broken`. Our own errors pass unchanged. */
export function databaseError(error: unknown): DrydockError {
  if (error instanceof DrydockError) return error;
  const message = error instanceof Error ? error.message || error.name : String(error);
  const code = codeOf(error);
  if (UNAVAILABLE.test(code) || CONNECTION.test(code) || CONNECTION.test(message))
    return new DrydockError(
      'database-unavailable',
      `The database was expected to answer; it said: ${message || code}. See that it runs and can be reached.`,
      { cause: error },
    );
  return new DrydockError('invariant-broken', `The database refused a statement: ${message}`, {
    cause: error,
  });
}

function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(codeOf).join(' ');
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}

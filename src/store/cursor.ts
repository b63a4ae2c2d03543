import { DrydockError } from '../core/errors.ts';
import type { JobQuery } from '../core/ports.ts';

/** The query that a cursor belongs to; one of another query is refused. */
export type CursorQuery = Pick<JobQuery, 'order' | 'status'>;

const VERSION = 1;
/** The longest cursor that `writeCursor` makes is under 100 characters. */
const MAX_LENGTH = 200;

/** The place after the job `seq` in this query, as an opaque text that is safe in a URL. */
export function writeCursor(seq: number, query: CursorQuery): string {
  return Buffer.from(JSON.stringify([VERSION, query.order, query.status ?? null, seq])).toString('base64url');
}

/** The `seq` to go on after. The cursor is untrusted. Throws `input-invalid`, also when it is of another query. */
export function readCursor(cursor: string, query: CursorQuery): number {
  const parts = decode(cursor);
  const [version, order, status, seq] = parts;
  if (version !== VERSION || parts.length !== 4 || typeof seq !== 'number' || !Number.isSafeInteger(seq))
    throw refused('was made by this service');
  if (order !== query.order || status !== (query.status ?? null))
    throw refused('belongs to this query (same order, same status)');
  return seq;
}

function decode(cursor: string): readonly unknown[] {
  if (cursor.length > MAX_LENGTH) return [];
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

function refused(expected: string): DrydockError {
  return new DrydockError(
    'input-invalid',
    `A cursor was expected that ${expected}. Use the "next" of the page before, with the same query, or none.`,
  );
}

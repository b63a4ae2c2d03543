import { DrydockError } from '../core/errors.ts';
import type { Row } from './database.ts';

/** A text column. */
export function text(row: Row, column: string): string {
  return textOrNull(row, column) ?? wrong(row, column, 'a text');
}

export function textOrNull(row: Row, column: string): string | null {
  const value = row[column];
  return value === null || typeof value === 'string' ? value : wrong(row, column, 'a text or null');
}

/** A number column. bigint columns must be cast in the SQL: drivers differ in how they give them. */
export function number(row: Row, column: string): number {
  return numberOrNull(row, column) ?? wrong(row, column, 'a number');
}

export function numberOrNull(row: Row, column: string): number | null {
  const value = row[column];
  return value === null || typeof value === 'number' ? value : wrong(row, column, 'a number or null');
}

export function flag(row: Row, column: string): boolean {
  const value = row[column];
  return typeof value === 'boolean' ? value : wrong(row, column, 'a boolean');
}

/** A timestamptz column as ISO 8601 in UTC, to the millisecond. */
export function time(row: Row, column: string): string {
  return timeOrNull(row, column) ?? wrong(row, column, 'a time');
}

export function timeOrNull(row: Row, column: string): string | null {
  const value = row[column];
  if (value === null) return null;
  return value instanceof Date ? value.toISOString() : wrong(row, column, 'a time or null');
}

function wrong(row: Row, column: string, expected: string): never {
  throw new DrydockError(
    'invariant-broken',
    `Column "${column}" was expected to hold ${expected}, it holds ${typeof row[column]}.`,
  );
}

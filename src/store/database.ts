/** One row as a driver gives it: read it with the column readers of `row.ts`. */
export type Row = Readonly<Record<string, unknown>>;

/** Something that takes SQL: the database itself, or one transaction of it. */
export interface Sql {
  /** One statement. Values are texts, numbers, booleans, null, or arrays of them; times are ISO 8601 texts. */
  query(text: string, values?: readonly unknown[]): Promise<readonly Row[]>;
  /** Several statements without values, as migrations are. Answers with the rows of all of them. */
  script(text: string): Promise<readonly Row[]>;
}

/**
 * A PostgreSQL: a server's, or the embedded one. Throws `database-unavailable` when it can't be reached or is
 * stopping, `invariant-broken` for SQL that it refuses.
 */
export interface Database extends Sql, AsyncDisposable {
  readonly kind: 'pglite' | 'postgres';
  /** Commits what `body` did, or undoes it when `body` throws. Inside, use only the given `Sql`. */
  transaction<T>(body: (sql: Sql) => Promise<T>): Promise<T>;
  /**
   * Hears what other processes say on a channel, from when it resolves until the database is disposed. After a broken
   * connection it comes back by itself and calls `onPayload` with null: something may have been missed.
   * Never calls on the embedded database, which has no other processes.
   */
  listen(channel: string, onPayload: (payload: string | null) => void): Promise<void>;
}

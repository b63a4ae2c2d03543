import pg from 'pg';
import type { Database, Row, Sql } from './database.ts';
import { databaseError } from './database-error.ts';

const CONNECT_TIMEOUT_MS = 5_000;
/** No statement of ours takes long; one that does is held up by something that is worth an error. */
const STATEMENT_TIMEOUT_MS = 30_000;
const RELISTEN_DELAY_MS = 500;

/** A PostgreSQL server by its URL. Connects when first asked; broken connections are replaced. */
export function openPostgres(url: string, onFault: (error: unknown) => void): Database {
  const settings = {
    connectionString: url,
    application_name: 'drydock',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  };
  const pool = new pg.Pool({
    ...settings,
    max: 10,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: STATEMENT_TIMEOUT_MS + 5_000,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
  });
  pool.on('error', onFault);
  const listeners = new Set<Listener>();
  return {
    kind: 'postgres',
    ...asSql(pool),
    transaction: (body) => inTransaction(pool, body),
    listen: async (channel, onPayload) => {
      const listener = createListener(settings, { channel, onPayload, onFault });
      listeners.add(listener);
      await listener.ready;
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([...listeners].map((listener) => listener.close()));
      await pool.end();
    },
  };
}

async function inTransaction<T>(pool: pg.Pool, body: (sql: Sql) => Promise<T>): Promise<T> {
  const client = await pool.connect().catch(rethrow);
  // A connection that breaks between two statements says so here, or the process ends.
  let broken: Error | undefined;
  const onError = (error: Error): void => {
    broken ??= error;
  };
  client.on('error', onError);
  const release = (): void => {
    client.off('error', onError);
    client.release(broken);
  };
  const sql = asSql(client);
  try {
    await sql.query('BEGIN');
    const result = await body(sql);
    await sql.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch(onError);
    throw error;
  } finally {
    release();
  }
}

function asSql(on: pg.Pool | pg.PoolClient): Sql {
  return {
    query: async (text, values) => {
      const { rows } = await on.query<Row>(text, values === undefined ? [] : [...values]).catch(rethrow);
      return rows;
    },
    script: async (text) => {
      // Several statements in one text: the driver then answers with a list, which its types do not say.
      const result: pg.QueryResult<Row> | readonly pg.QueryResult<Row>[] = await on
        .query<Row>(text)
        .catch(rethrow);
      return Array.isArray(result) ? result.flatMap(({ rows }): Row[] => rows) : asOne(result).rows;
    },
  };
}

function asOne(result: pg.QueryResult<Row> | readonly pg.QueryResult<Row>[]): {
  readonly rows: readonly Row[];
} {
  return 'rows' in result ? result : { rows: [] };
}

interface Listener {
  readonly ready: Promise<void>;
  close(): Promise<void>;
}

interface Hearing {
  readonly channel: string;
  readonly onPayload: (payload: string | null) => void;
  readonly onFault: (error: unknown) => void;
}

/** A connection of its own for LISTEN, which is opened again whenever it ends. */
function createListener(settings: pg.ClientConfig, { channel, onPayload, onFault }: Hearing): Listener {
  let client: pg.Client | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  async function connect(): Promise<void> {
    const next = new pg.Client(settings);
    client = next;
    next.on('notification', ({ payload }) => onPayload(payload ?? null));
    next.on('error', onFault);
    next.on('end', again);
    try {
      await next.connect();
      await next.query(`LISTEN ${next.escapeIdentifier(channel)}`);
    } catch (error) {
      next.off('end', again);
      await next.end().catch(() => undefined);
      throw databaseError(error);
    }
  }

  function again(): void {
    if (isClosed || timer !== undefined) return;
    timer = setTimeout(() => {
      timer = undefined;
      connect().then(() => onPayload(null), again);
    }, RELISTEN_DELAY_MS);
  }

  return {
    ready: connect(),
    close: async () => {
      isClosed = true;
      clearTimeout(timer);
      await client?.end().catch(() => undefined);
    },
  };
}

function rethrow(error: unknown): never {
  throw databaseError(error);
}

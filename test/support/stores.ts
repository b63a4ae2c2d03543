import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemClock } from '../../src/core/clock.ts';
import { digestOf } from '../../src/core/digest.ts';
import type { NewJob } from '../../src/core/ports.ts';
import { openStore, type Store, type StoreOptions } from '../../src/store/open-store.ts';
import { openPglite } from '../../src/store/pglite-database.ts';
import { copyDataFolder } from './pglite.ts';
import { noPostgres, query, startPostgres, type TestPostgres } from './postgres.ts';

/** A database that the store must run on. */
export interface StoreDriver {
  readonly name: 'pglite' | 'postgres' | 'memory';
  /** Why this driver cannot be tested here, or false. */
  readonly skip: string | false;
  /** Before the first `open`. */
  start(): Promise<void>;
  /** A store on a new, empty database. */
  open(options?: Partial<StoreOptions>): Promise<TestStore>;
  stop(): Promise<void>;
}

export interface TestStore extends AsyncDisposable {
  readonly store: Store;
  /** What the store said went wrong in the background. */
  readonly faults: readonly unknown[];
  /** What to open it with in another process or once more. */
  readonly where: Pick<StoreOptions, 'databaseUrl' | 'dataDir'>;
}

/** Every driver there is. Fresh ones: call it once in a test file. */
export function storeDrivers(): readonly StoreDriver[] {
  return [pgliteDriver(), postgresDriver()];
}

function pgliteDriver(): StoreDriver {
  return {
    name: 'pglite',
    skip: false,
    start: async () => undefined,
    open: async (options) => {
      const dataDir = await copyDataFolder();
      return opened({ dataDir }, options, () => rm(dataDir, { recursive: true, force: true }));
    },
    stop: async () => undefined,
  };
}

/** One server for the test file, one copy of a prepared database for each store. */
export function postgresDriver(): StoreDriver & { readonly server: () => TestPostgres } {
  let server: TestPostgres | undefined;
  let template: string | undefined;
  const started = (): TestPostgres => {
    if (server === undefined) throw new Error('The driver was not started.');
    return server;
  };
  return {
    name: 'postgres',
    skip: noPostgres,
    server: started,
    start: async () => {
      server = await startPostgres();
      template = await server.createDatabase();
      const first = await openStore({ databaseUrl: template, clock: systemClock, maxAttempts: 3 });
      await first[Symbol.asyncDispose]();
    },
    open: async (options) =>
      opened({ databaseUrl: await started().createDatabase(template) }, options, async () => undefined),
    stop: async () => server?.[Symbol.asyncDispose](),
  };
}

async function opened(
  where: TestStore['where'],
  options: Partial<StoreOptions> | undefined,
  clean: () => Promise<void>,
): Promise<TestStore> {
  const faults: unknown[] = [];
  const store = await openStore({
    ...where,
    clock: systemClock,
    maxAttempts: 3,
    retryDelayMs: 20,
    onFault: (fault) => faults.push(fault),
    ...options,
  });
  return {
    store,
    faults,
    where,
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]();
      await clean();
    },
  };
}

/** Rows of the database below a store; the store must be closed by then when it is the embedded one. */
export async function storeRows(
  { where }: Pick<TestStore, 'where'>,
  sql: string,
): Promise<readonly Record<string, unknown>[]> {
  if (where.databaseUrl) return query(where.databaseUrl, sql);
  await using database = await openPglite(join(where.dataDir ?? '', 'db'), () => undefined);
  return database.query(sql);
}

/** A submission that is fine. */
export function newJob(fields: Partial<NewJob> = {}): NewJob {
  const dockerfile = fields.dockerfile ?? 'FROM scratch\n';
  return {
    name: 'a job',
    description: 'made by a test',
    dockerfile,
    context: null,
    payloadDigest: digestOf(dockerfile),
    ...fields,
  };
}

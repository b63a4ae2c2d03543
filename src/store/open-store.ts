import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDrydockError } from '../core/errors.ts';
import type {
  Clock,
  EventLog,
  IdempotencyStore,
  JobQueue,
  JobStore,
  ReportStore,
  TokenStore,
} from '../core/ports.ts';
import { startBoss } from './boss.ts';
import type { Database } from './database.ts';
import { createEventLog } from './event-log.ts';
import { createIdempotencyStore } from './idempotency-store.ts';
import { createJobQueue } from './job-queue.ts';
import { createJobStore } from './job-store.ts';
import { lockFolder } from './lock-folder.ts';
import { migrate } from './migrate.ts';
import { createNews } from './news.ts';
import type { OutputBounds } from './output-cap.ts';
import { openPglite } from './pglite-database.ts';
import { createPing } from './ping.ts';
import { openPostgres } from './postgres-database.ts';
import { createReportStore } from './report-store.ts';
import { createTokenStore } from './token-store.ts';

const CONNECT_RETRY_MS = 250;
const CLOSE_TIMEOUT_MS = 5_000;

export interface StoreOptions {
  /** A PostgreSQL, e.g. `postgres://drydock@db/drydock`. Without it the embedded database is used. */
  readonly databaseUrl?: string | null;
  /** Where the embedded database lies (in `db/`); made when it is not there. Without it, in memory. */
  readonly dataDir?: string | null;
  readonly clock: Clock;
  /** How often one wish of the submitter's is tried when the failures are ours. */
  readonly maxAttempts: number;
  /** Before the second try; it doubles with each further one, up to a minute. Default 1 s. */
  readonly retryDelayMs?: number;
  /** How long a server that does not answer yet is waited for. Default 10 s. */
  readonly connectTimeoutMs?: number;
  /** How often jobs that wait without a message are looked for. Default 10 s. */
  readonly resendMs?: number;
  readonly outputBounds?: OutputBounds;
  /** What went wrong in the background and was survived: a lost connection, a failed poll. */
  readonly onFault?: (error: unknown) => void;
}

/** Everything that is kept. Disposing writes what is on its way and closes the database; stop the workers first. */
export interface Store extends AsyncDisposable {
  readonly kind: 'pglite' | 'postgres';
  readonly jobs: JobStore;
  readonly queue: JobQueue;
  readonly reports: ReportStore;
  readonly events: EventLog;
  readonly tokens: TokenStore;
  readonly idempotency: IdempotencyStore;
  /** Really asks the database. Throws `database-unavailable` when it does not answer within `timeoutMs`. */
  ping(timeoutMs: number): Promise<void>;
}

/**
 * Opens the database, brings its schema up to date and starts the queue. Throws `database-unavailable` (also when another
 * process holds the embedded database) and what `migrate` throws.
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  await using undo = new AsyncDisposableStack();
  const onFault = options.onFault ?? (() => undefined);
  const { clock } = options;
  const database = undo.use(await openDatabase(options, undo));
  await untilItAnswers(database, options.connectTimeoutMs ?? 10_000);
  await migrate(database);
  const boss = undo.use(await startBoss(database, onFault));
  const news = await createNews(database);
  const events = createEventLog({
    database,
    news,
    clock,
    onFault,
    ...(options.outputBounds === undefined ? {} : { bounds: options.outputBounds }),
  });
  undo.defer(() => events.close(CLOSE_TIMEOUT_MS));
  const owned = undo.move();
  return {
    kind: database.kind,
    jobs: createJobStore({
      database,
      boss,
      news,
      maxAttempts: options.maxAttempts,
      retryDelayMs: options.retryDelayMs ?? 1_000,
      onAttemptOver: events.forget,
    }),
    queue: createJobQueue({
      database,
      boss,
      news,
      onFault,
      ...(options.resendMs === undefined ? {} : { resendMs: options.resendMs }),
    }),
    reports: createReportStore(database),
    events,
    tokens: createTokenStore(database, clock),
    idempotency: createIdempotencyStore(database, clock),
    ping: createPing(database),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

async function openDatabase(options: StoreOptions, undo: AsyncDisposableStack): Promise<Database> {
  const onFault = options.onFault ?? (() => undefined);
  if (options.databaseUrl) return openPostgres(options.databaseUrl, onFault);
  if (!options.dataDir) return openPglite(null, onFault);
  const folder = join(options.dataDir, 'db');
  await mkdir(options.dataDir, { recursive: true, mode: 0o700 });
  undo.use(await lockFolder(`${folder}.lock`));
  if (!existsSync(folder)) await makeDatabase(folder, onFault);
  return openPglite(folder, onFault);
}

/** Makes an embedded database beside its place and moves it there when it is whole: it takes seconds, and may be interrupted. */
async function makeDatabase(folder: string, onFault: (error: unknown) => void): Promise<void> {
  const making = `${folder}.making`;
  await rm(making, { recursive: true, force: true });
  // PGlite makes files that everybody may write: the folder keeps others out.
  await mkdir(making, { mode: 0o700 });
  await (await openPglite(making, onFault))[Symbol.asyncDispose]();
  await rename(making, folder);
}

/** A server that is just starting refuses at first. */
async function untilItAnswers(database: Database, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    try {
      await database.query('SELECT 1');
      return;
    } catch (error) {
      if (!isDrydockError(error, 'database-unavailable') || performance.now() > deadline) throw error;
      await sleep(CONNECT_RETRY_MS);
    }
  }
}

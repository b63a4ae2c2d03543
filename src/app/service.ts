import { chmod, readFile, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../core/clock.ts';
import { DrydockError } from '../core/errors.ts';
import { DEFAULT_INTAKE_LIMITS } from '../core/limits.ts';
import { createApp } from '../http/create-app.ts';
import { createPrometheusMetrics } from '../http/metrics.ts';
import { DEFAULT_HTTP_SETTINGS } from '../http/settings.ts';
import { renderCycloneDx } from '../inventory/sbom/cyclonedx.ts';
import { runJob } from '../pipeline/run-job.ts';
import { checkPayload, payloadDigest } from '../pipeline/steps/intake.ts';
import { loadPolicy } from '../policy/load.ts';
import { DEFAULT_POLICY, type Policy } from '../policy/policy.ts';
import type { Store } from '../store/open-store.ts';
import { createWorker } from '../worker/create-worker.ts';
import { openBaseCatalogue } from './base-catalogue.ts';
import type { ResolvedConfig } from './config.ts';
import { createEngine } from './engine.ts';
import { FIRST_TOKEN_FILE } from './first-token.ts';
import { createPipelineDeps } from './pipeline.ts';
import { openStoreFor } from './store.ts';
import { VERSION } from './version.ts';

export type Role = 'all' | 'api' | 'worker';

export interface Service extends AsyncDisposable {
  /** Where the API answers, or null for a worker alone. */
  readonly url: string | null;
  /** What a person should know at the start, a line each. */
  readonly greeting: readonly string[];
}

/** Starts the API, the worker, or both. Disposing stops taking jobs, gives back what is in hand, then closes the database. */
export async function startService(
  config: ResolvedConfig,
  role: Role,
  log: (line: string) => void,
): Promise<Service> {
  if (role !== 'all' && config.databaseUrl === null) {
    throw new DrydockError(
      'config-invalid',
      `--role ${role} needs a database that both can reach: set DATABASE_URL to a PostgreSQL. The embedded database belongs to one process.`,
    );
  }
  assertFitForProduction(config);
  await using undo = new AsyncDisposableStack();
  const policy = await readPolicy(config);
  const onFault = (error: unknown): void =>
    log(
      `${JSON.stringify({ level: 'warn', message: error instanceof Error ? error.message : String(error) })}\n`,
    );
  const store = undo.use(await openStoreFor(config, onFault));
  const greeting = await greet(store, config);
  const engine = await createEngine(config);
  if (role !== 'api') undo.use(await startWorker({ config, policy, store, engine, onFault }));
  const url =
    role === 'worker'
      ? null
      : await startApi({ config, store, engine, undo, log, hasEngine: role === 'all' });
  const owned = undo.move();
  return {
    url,
    greeting: [
      ...(url === null
        ? ['The worker waits for jobs.']
        : [`Drydock answers at ${url} (routes: ${url}/api/v1/docs).`]),
      ...greeting,
    ],
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** What is only fit for trying out ends the start in production. */
function assertFitForProduction({ profile, databaseUrl, isMetricsOpen }: ResolvedConfig): void {
  if (profile !== 'production') return;
  const faults = [
    ...(databaseUrl === null
      ? ['DATABASE_URL names no PostgreSQL: the embedded database has no backup and serves one process']
      : []),
    ...(isMetricsOpen ? ['DRYDOCK_METRICS_OPEN shows the metrics to everybody'] : []),
  ];
  if (faults.length > 0)
    throw new DrydockError(
      'config-invalid',
      `Settings fit for production were expected: ${faults.join('; ')}.`,
    );
}

async function readPolicy({ policyFile }: ResolvedConfig): Promise<Policy> {
  if (policyFile === null) return DEFAULT_POLICY;
  const text = await readFile(policyFile, 'utf8').catch((error: unknown) => {
    throw new DrydockError('config-invalid', `A policy was expected at ${policyFile}, it can't be read.`, {
      cause: error,
    });
  });
  return loadPolicy(text);
}

/** Makes the first token of a store that has none, and says where it is. */
async function greet({ tokens }: Store, { dataDir }: ResolvedConfig): Promise<readonly string[]> {
  if ((await tokens.list()).length > 0) return [];
  const { token } = await tokens.create({ name: 'first', role: 'admin', expiresAt: null });
  const file = join(dataDir, FIRST_TOKEN_FILE);
  await writeFile(file, `${token}\n`, { mode: 0o600 });
  await chmod(file, 0o600);
  return [`The first token is in ${file}. Make others with drydock token create NAME.`];
}

interface WorkerParts {
  readonly config: ResolvedConfig;
  readonly policy: Policy;
  readonly store: Store;
  readonly engine: Awaited<ReturnType<typeof createEngine>>;
  readonly onFault: (error: unknown) => void;
}

async function startWorker({
  config,
  policy,
  store,
  engine,
  onFault,
}: WorkerParts): Promise<AsyncDisposable> {
  const catalogue = await openBaseCatalogue({ config, store: engine.bases, clock: systemClock });
  const deps = await createPipelineDeps(config, policy, { engine, catalogue });
  return createWorker({
    jobs: store.jobs,
    queue: store.queue,
    events: store.events,
    workerId: `${hostname()}-${process.pid}`,
    concurrency: config.concurrency,
    leaseMs: config.leaseMs,
    sweepEngine: (keep: readonly string[]) => engine.sweep(keep),
    runJob: (input, hooks, signal) => runJob(input, deps, hooks, signal),
    onFault,
  });
}

interface ApiParts {
  readonly config: ResolvedConfig;
  readonly store: Store;
  readonly engine: Awaited<ReturnType<typeof createEngine>>;
  readonly undo: AsyncDisposableStack;
  readonly log: (line: string) => void;
  readonly hasEngine: boolean;
}

async function startApi({ config, store, engine, undo, log, hasEngine }: ApiParts): Promise<string> {
  const level = config.logLevel;
  const app = await createApp({
    ...store,
    ping: (timeoutMs) => store.ping(timeoutMs),
    checkPayload: (payload) => checkPayload(payload, DEFAULT_INTAKE_LIMITS),
    payloadDigest,
    sbom: renderCycloneDx,
    describe: async () => (hasEngine ? engine.describe() : null),
    metrics: createPrometheusMetrics({ process: true }),
    settings: {
      ...DEFAULT_HTTP_SETTINGS,
      containerName: config.containerName,
      version: VERSION,
      trustProxy: config.trustProxy,
      metricsAccess: config.isMetricsOpen ? 'open' : 'admin',
    },
    log: level === 'silent' ? null : { level, stream: { write: log } },
  });
  undo.defer(() => app.close());
  await app.listen({ host: config.host, port: config.port });
  return addressOf(app.server.address(), config);
}

function addressOf(address: AddressInfo | string | null, { host }: ResolvedConfig): string {
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

import { gzipSync } from 'node:zlib';
import { systemClock } from '../../src/core/clock.ts';
import { DEFAULT_INTAKE_LIMITS } from '../../src/core/limits.ts';
import type { App } from '../../src/http/app.ts';
import { createApp } from '../../src/http/create-app.ts';
import type { HttpDeps } from '../../src/http/deps.ts';
import { createPrometheusMetrics } from '../../src/http/metrics.ts';
import { DEFAULT_HTTP_SETTINGS, type HttpLimits, type HttpSettings } from '../../src/http/settings.ts';
import { checkPayload, payloadDigest } from '../../src/pipeline/steps/intake.ts';
import { createMemoryStore, type StorePorts } from './memory-store.ts';

export interface TestApp extends AsyncDisposable {
  readonly app: App;
  readonly store: StorePorts;
  /** The header of a submitter. */
  readonly asSubmitter: { readonly authorization: string };
  readonly asAdmin: { readonly authorization: string };
  /** What was logged, a line each. */
  readonly logged: readonly string[];
}

export interface TestAppOptions {
  /** Absent: one in memory. */
  readonly store?: StorePorts;
  readonly deps?: Partial<HttpDeps>;
  readonly settings?: Partial<HttpSettings>;
  readonly limits?: Partial<HttpLimits>;
}

/** What the app needs, on these ports and the real intake. */
export function httpDeps(store: StorePorts, options: TestAppOptions = {}): HttpDeps {
  const { jobs, reports, events, tokens, idempotency } = store;
  return {
    jobs,
    reports,
    events,
    tokens,
    idempotency,
    ping: async () => undefined,
    checkPayload: (payload) => checkPayload(payload, DEFAULT_INTAKE_LIMITS),
    payloadDigest,
    sbom: (report) =>
      JSON.stringify({ bomFormat: 'CycloneDX', components: report.inventory?.packages ?? [] }),
    describe: async () => null,
    metrics: createPrometheusMetrics({ process: false }),
    log: null,
    ...options.deps,
    settings: {
      ...DEFAULT_HTTP_SETTINGS,
      ...options.settings,
      limits: { ...DEFAULT_HTTP_SETTINGS.limits, ...options.limits },
    },
  };
}

export async function openTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const { store = createMemoryStore(systemClock) } = options;
  const logged: string[] = [];
  const log = { level: 'info', stream: { write: (line: string) => void logged.push(line) } } as const;
  const app = await createApp(httpDeps(store, { ...options, deps: { log, ...options.deps } }));
  const submitter = await store.tokens.create({ name: 'sam', role: 'submitter', expiresAt: null });
  const admin = await store.tokens.create({ name: 'ada', role: 'admin', expiresAt: null });
  return {
    app,
    store,
    logged,
    asSubmitter: { authorization: `Bearer ${submitter.token}` },
    asAdmin: { authorization: `Bearer ${admin.token}` },
    [Symbol.asyncDispose]: () => app.close(),
  };
}

/** A Dockerfile as the seed transports it. */
export function packed(dockerfile: string): string {
  return gzipSync(dockerfile).toString('base64');
}

export const SUBMISSION = {
  name: 'My Dockerfile',
  description: 'A docker file with dependencies and stuffs…',
  dockerfile: packed('FROM debian:bookworm-slim\nCMD echo \'{"perf":0.99}\' > /data/perf.json\n'),
};

import type { Digest } from '../core/digest.ts';
import type {
  Clock,
  EngineDescription,
  EventLog,
  IdempotencyStore,
  JobStore,
  ReportStore,
  TokenStore,
} from '../core/ports.ts';
import type { JobReport } from '../core/report.ts';
import type { HttpMetrics } from './metrics.ts';
import type { HttpSettings } from './settings.ts';

/** A submission as received, still untrusted. */
export interface Payload {
  readonly dockerfile: string;
  /** base64 of a gzipped tar, or null. */
  readonly context: string | null;
}

/** All that the HTTP door needs of the house. */
export interface HttpDeps {
  readonly jobs: JobStore;
  readonly reports: ReportStore;
  readonly events: EventLog;
  readonly tokens: TokenStore;
  /** Absent: remembered in this process only. */
  readonly idempotency?: IdempotencyStore;
  /** Really asks the database. Rejects when it does not answer in time. */
  readonly ping: (timeoutMs: number) => Promise<void>;
  /** Refuses what intake would refuse, before a job is made. Throws the `payload-…` and `context-…` codes. */
  readonly checkPayload: (payload: Payload) => Promise<void>;
  readonly payloadDigest: (payload: Payload) => Digest;
  /** CycloneDX 1.6 JSON. Asked only for reports with an inventory. */
  readonly sbom: (report: JobReport) => string;
  /** What the engine of this host has and enforces; null when this process has none. */
  readonly describe: () => Promise<EngineDescription | null>;
  /** Absent: the real time. */
  readonly clock?: Clock;
  readonly metrics: HttpMetrics;
  readonly settings: HttpSettings;
  /** Where the log goes, one JSON object a line; null for none. */
  readonly log: {
    readonly level: 'debug' | 'info' | 'warn' | 'error';
    readonly stream: { write(line: string): void };
  } | null;
}

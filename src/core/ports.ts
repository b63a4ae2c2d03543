import type { Digest } from './digest.ts';
import type { FinalStatus, Job, JobStatus } from './job.ts';
import type { BuildLimits, RunLimits } from './limits.ts';
import type { BuildOutcome, LogLine, Reason, RunOutcome, StepName } from './outcome.ts';
import type { Inventory } from './package.ts';
import type { Isolation, JobReport, SourceState } from './report.ts';
import type { Vulnerability } from './vulnerability.ts';

// ── Engine: build, read, run ────────────────────────────────────────────────────────────────────────────────────

/** A container engine. Build, image and run of one job share a space and nothing else. */
export interface Engine {
  readonly name: string;
  /** Opens an empty room of its own for one attempt of one job. Throws `engine-unavailable`. */
  openSpace(id: string): Promise<EngineSpace>;
  /** Base images that FROM may be given. Shared by all spaces, read-only there. */
  readonly bases: BaseStore;
  /** What this host has and enforces. Throws `engine-unavailable`. */
  describe(): Promise<EngineDescription>;
  /** Removes what a dead process left behind, except the spaces in `keep`. Returns what it removed, a line each. */
  sweep(keep: readonly string[]): Promise<readonly string[]>;
}

export interface EngineDescription {
  readonly name: string;
  readonly version: string;
  readonly isRootless: boolean;
  readonly sandboxes: readonly ('runc' | 'gvisor' | 'docker' | 'fake')[];
  /** What the host cannot enforce, one line each. */
  readonly degraded: readonly string[];
}

/** One attempt's room: its images and containers live and die with it. Disposing removes every trace, also of live processes. */
export interface EngineSpace extends AsyncDisposable {
  readonly builder: Builder;
  readonly images: ImageStore;
  readonly runner: Runner;
}

export interface BuildRequest {
  /** The Dockerfile as it is to be built: canonical, every FROM already a `BaseImage.address` or a stage. Untrusted. */
  readonly dockerfile: string;
  /** A plain (not compressed) tar whose entries intake has checked, as a file on disk, or null for an empty context. */
  readonly contextTar: string | null;
  readonly buildArgs: Readonly<Record<string, string>>;
  readonly target?: string;
  readonly network: 'none' | 'open';
  readonly limits: BuildLimits;
  readonly onLog: (line: LogLine) => void;
}

export interface Builder {
  /**
   * Builds an untrusted Dockerfile without credentials, without cache of others, without a tty.
   * A Dockerfile that does not build is an outcome. Rejects with the signal's reason when it aborts, after
   * everything is dead. Throws `engine-unavailable`, `engine-failed`.
   */
  build(
    request: BuildRequest,
    signal: AbortSignal,
  ): Promise<{ readonly outcome: BuildOutcome; readonly isolation: Isolation }>;
}

export interface RunRequest {
  readonly image: Digest;
  /** `auto` takes gVisor when it is there. `gvisor` and no gVisor: `sandbox-unavailable`. */
  readonly sandbox: 'auto' | 'gvisor' | 'runc';
  /** Numeric, never 0. */
  readonly uid: number;
  readonly gid: number;
  readonly limits: RunLimits;
  readonly onLog: (line: LogLine) => void;
}

export interface Runner {
  /**
   * Runs an untrusted image once with its own command: no network, no capabilities, no new privileges, read-only
   * root, /data and /tmp of bounded size, nothing of the image's VOLUME, HEALTHCHECK or STOPSIGNAL. Everything is dead
   * when it resolves; then /data/perf.json is taken. A program that crashes is an outcome.
   * Throws `engine-unavailable`, `engine-failed`, `sandbox-unavailable`; rejects with the signal's reason when it aborts.
   */
  run(
    request: RunRequest,
    signal: AbortSignal,
  ): Promise<{ readonly outcome: RunOutcome; readonly isolation: Isolation }>;
}

export interface ImageStore {
  /** Opens an image of this space for reading. Throws `not-found`, `engine-failed`. */
  open(image: Digest): Promise<OpenImage>;
}

/** An image, opened for reading. Hostile throughout. */
export interface OpenImage extends AsyncDisposable {
  readonly config: ImageConfig;
  readonly files: ImageFiles;
}

/** The image's configuration (OCI image-spec `config`), bounded and with every field present. */
export interface ImageConfig {
  readonly user: string;
  readonly env: readonly string[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly workingDir: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly volumes: readonly string[];
  readonly exposedPorts: readonly string[];
  readonly stopSignal: string;
  readonly hasHealthcheck: boolean;
  readonly onBuild: readonly string[];
  readonly architecture: string;
  readonly os: string;
  /** Oldest first; `isEmpty` layers carry no files. */
  readonly history: readonly { readonly createdBy: string; readonly isEmpty: boolean }[];
}

/** The files of an image's root, read by one careful reader: links resolve inside the root, sizes are bounded. */
export interface ImageFiles {
  /**
   * One walk over the root: every regular file that `wants` names, with its content. Paths are absolute inside the
   * image, in no order that matters. Symbolic links are not followed while walking; an exact path of `wants.paths`
   * may go through links that stay inside the root. A file above `maxFileBytes` comes with `content: null`.
   * A folder or file that could not be read comes as an `unreadable` entry, never as silence.
   */
  collect(wants: Wants): AsyncIterable<CollectedFile>;
}

/** Which files are wanted, as data, so that it can cross a process border. Matching is on the absolute path. */
export interface Wants {
  /** Exact absolute paths, e.g. `/var/lib/dpkg/status`. */
  readonly paths: readonly string[];
  /** Absolute folders (no trailing slash) all of whose direct regular files are wanted. */
  readonly folders: readonly string[];
  /** Base names wanted anywhere, e.g. `package.json`. */
  readonly basenames: readonly string[];
  /** Path endings wanted anywhere, e.g. `.dist-info/METADATA`. */
  readonly suffixes: readonly string[];
  /** The most that is read of one file. */
  readonly maxFileBytes: number;
  /** The most that is read of all together; passing it is an `unreadable` entry with the path `/`. */
  readonly maxTotalBytes: number;
}

export type CollectedFile =
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly sizeBytes: number;
      readonly content: Uint8Array | null;
    }
  | { readonly kind: 'unreadable'; readonly path: string; readonly why: string };

// ── Base images ─────────────────────────────────────────────────────────────────────────────────────────────────

/** A base image as the engine holds it. */
export interface BaseImage {
  /** Canonical name, e.g. `docker.io/library/debian:bookworm-slim`. */
  readonly name: string;
  /** The image's id (configuration digest). */
  readonly digest: Digest;
  /** What the rewritten FROM says so that the engine takes just this image and never asks a registry. */
  readonly address: string;
  /** e.g. `registry docker.io/library/debian@sha256:…` or `built from bookworm by mmdebstrap`. */
  readonly origin: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly sizeBytes: number;
  /** Triggers that it would fire in the Dockerfile that names it. */
  readonly onBuild: readonly string[];
}

export interface BaseStore {
  list(): Promise<readonly BaseImage[]>;
  /** By canonical name. */
  find(name: string): Promise<BaseImage | undefined>;
  /** Makes an image of one layer from a plain root filesystem tar on disk. Replaces one of the same name. */
  importRootfs(request: {
    readonly name: string;
    readonly tarPath: string;
    readonly origin: string;
    readonly cmd: readonly string[];
    readonly env: readonly string[];
  }): Promise<BaseImage>;
  /** Pulls by reference (best by digest). Throws `base-unavailable`. `tlsVerify: false` only for registries on this machine. */
  pull(request: {
    readonly reference: string;
    readonly name: string;
    readonly tlsVerify: boolean;
  }): Promise<BaseImage>;
  remove(name: string): Promise<boolean>;
}

// ── What is known against packages ──────────────────────────────────────────────────────────────────────────────

export interface AdvisorySource {
  readonly name: string;
  /** Whether it speaks of this inventory's system at all. */
  covers(inventory: Inventory): boolean;
  /** Compares the packages with what is known. Throws `advisories-unavailable` when no data can be had. */
  match(
    inventory: Inventory,
    signal: AbortSignal,
  ): Promise<{
    readonly vulnerabilities: readonly Vulnerability[];
    readonly state: SourceState;
    readonly notes: readonly string[];
  }>;
}

/** Checks who signed a text. */
export interface SignatureVerifier {
  /**
   * Checks an OpenPGP clear-signed document against the keys that this verifier trusts. `text` is only what was
   * signed; nothing else of the document may be used. Throws `tool-missing` when it can't check at all.
   */
  verify(
    document: Uint8Array,
    signal: AbortSignal,
  ): Promise<
    | { readonly status: 'valid'; readonly text: string; readonly keys: readonly string[] }
    | { readonly status: 'invalid'; readonly why: string }
  >;
}

/** Unpacks xz, which Node can't. */
export interface XzDecoder {
  /**
   * The decoded bytes, as they come: whoever iterates bounds them; leaving early stops the decoder.
   * Throws `input-invalid` for damaged input, `tool-missing`.
   */
  decode(compressed: Uint8Array, signal: AbortSignal): AsyncIterable<Uint8Array>;
}

// ── Store ───────────────────────────────────────────────────────────────────────────────────────────────────────

export interface NewJob {
  readonly name: string;
  readonly description: string;
  readonly dockerfile: string;
  /** base64 of a gzipped tar, as received, or null. */
  readonly context: string | null;
  readonly payloadDigest: Digest;
}

export interface JobQuery {
  readonly status?: JobStatus;
  /** Opaque, from a page before. A cursor of another query is `input-invalid`. */
  readonly cursor?: string;
  /** 1 to 500. */
  readonly limit: number;
  readonly order: 'oldest' | 'newest';
}

export interface JobPage {
  readonly jobs: readonly Job[];
  readonly next: string | null;
}

export interface JobEnd {
  readonly status: FinalStatus;
  readonly stage: StepName | null;
  readonly performance: number | null;
  readonly hardening: number | null;
  readonly reason: Reason | null;
  readonly report: JobReport | null;
}

/** The jobs table is the truth; the queue only wakes. Every write of a worker carries `attempt` and loses when it is not the current one. */
export interface JobStore {
  /** Stores and queues in one transaction: an accepted job is never lost. */
  create(job: NewJob): Promise<Job>;
  get(id: string): Promise<Job | undefined>;
  list(query: JobQuery): Promise<JobPage>;
  /** How many jobs are ahead in the queue: 0 is next; null when it is not waiting. */
  queuePosition(id: string): Promise<number | null>;
  /** Replaces name, description, Dockerfile; a changed Dockerfile or context starts a new attempt. `not-found`; `conflict` while it is processing. */
  replace(id: string, job: NewJob): Promise<Job>;
  /** A new attempt of an ended job. `not-found`, `conflict`. */
  retry(id: string): Promise<Job>;
  /** A waiting job ends at once, a running one is asked to stop. Idempotent. `not-found`; `conflict` when it has ended otherwise. */
  cancel(id: string): Promise<Job>;
  /** Removes the job with its logs and reports; a running one is stopped. False when there is none. */
  remove(id: string): Promise<boolean>;
  /** The context as received, or null. */
  context(id: string): Promise<string | null>;
  /** init → processing for one worker. Undefined when it is not waiting any more. */
  start(id: string, workerId: string): Promise<Job | undefined>;
  /** Keeps the lease. `lost`: the attempt is no longer ours, kill everything; `cancel`: somebody asked to stop. */
  heartbeat(id: string, attempt: number): Promise<'held' | 'cancel' | 'lost'>;
  enterStage(id: string, attempt: number, stage: StepName): Promise<boolean>;
  /** Records the end once. False when the attempt is no longer ours: then nothing was written. */
  finish(id: string, attempt: number, end: JobEnd): Promise<boolean>;
  /**
   * Our own failure: put back for another attempt, or ended as `error` when the retries are used up. With `null` nothing
   * failed (the worker shuts down): put back, and it costs no retry. One that was asked to stop ends as `canceled`.
   */
  giveBack(id: string, attempt: number, reason: Reason | null): Promise<'requeued' | 'ended' | 'lost'>;
  /** Jobs whose worker has not been heard of: put back or ended. Returns their ids. */
  recoverLost(leaseMs: number): Promise<readonly string[]>;
}

export interface JobQueue {
  /** Calls `handle` with the id of a waiting job, `concurrency` at once, until the returned stop is awaited. */
  work(
    concurrency: number,
    handle: (jobId: string, signal: AbortSignal) => Promise<void>,
  ): Promise<() => Promise<void>>;
}

export interface ReportStore {
  /** The report of the newest ended attempt, or of `attempt`. */
  get(jobId: string, attempt?: number): Promise<JobReport | undefined>;
}

/** What happened to a job, in order. `id` counts from 1 within a job and never repeats. */
export interface JobEvent {
  readonly id: number;
  readonly at: string;
  readonly attempt: number;
  readonly data: JobEventData;
}

export type JobEventData =
  | { readonly type: 'status'; readonly status: JobStatus; readonly reason: Reason | null }
  | {
      readonly type: 'stage';
      readonly stage: StepName;
      readonly state: 'started' | 'passed' | 'failed' | 'skipped' | 'error' | 'canceled';
      readonly summary: string;
      readonly durationMs: number | null;
    }
  | {
      readonly type: 'log';
      readonly stage: 'build' | 'run';
      readonly stream: 'stdout' | 'stderr';
      readonly text: string;
    };

export interface EventLog {
  /** Appends in order, in batches. Never loses what it accepted while the process lives; `flush` waits for it. */
  append(jobId: string, attempt: number, data: JobEventData): void;
  flush(jobId: string): Promise<void>;
  /** Events after `afterId`, at most `limit`. */
  read(jobId: string, afterId: number, limit: number): Promise<readonly JobEvent[]>;
  /** Resolves when there may be something new for this job, or after `timeoutMs`, or when aborted. */
  waitForNews(jobId: string, timeoutMs: number, signal: AbortSignal): Promise<void>;
}

export interface TokenStore {
  /** Makes a token, stores its SHA-256 only, and returns the secret once. */
  create(request: {
    readonly name: string;
    readonly role: 'submitter' | 'admin';
    readonly expiresAt: string | null;
  }): Promise<{ readonly id: string; readonly token: string }>;
  /** Who this is, or undefined when unknown, expired or revoked. */
  verify(
    token: string,
  ): Promise<
    { readonly id: string; readonly name: string; readonly role: 'submitter' | 'admin' } | undefined
  >;
  list(): Promise<
    readonly {
      readonly id: string;
      readonly name: string;
      readonly role: string;
      readonly createdAt: string;
      readonly expiresAt: string | null;
      readonly lastUsedAt: string | null;
      readonly isRevoked: boolean;
    }[]
  >;
  revoke(id: string): Promise<boolean>;
}

/** What is known of an `Idempotency-Key`. `mismatch`: it was used with another payload. */
export type IdempotencyClaim =
  | { readonly state: 'claimed' }
  | { readonly state: 'in-flight' }
  | { readonly state: 'mismatch' }
  | { readonly state: 'answered'; readonly jobId: string };

/** One client's use of one key. */
export interface IdempotencyKey {
  /** The token's id: keys of different tokens never meet. */
  readonly tokenId: string;
  readonly key: string;
}

/**
 * Remembers for 24 hours which job a submission with an `Idempotency-Key` made. A claim that is neither answered
 * nor released within two minutes belongs to a dead process and may be claimed again.
 */
export interface IdempotencyStore {
  claim(key: IdempotencyKey, payloadDigest: Digest): Promise<IdempotencyClaim>;
  answer(key: IdempotencyKey, jobId: string): Promise<void>;
  /** The submission was refused: the key is free again. */
  release(key: IdempotencyKey): Promise<void>;
}

// ── Small ones ──────────────────────────────────────────────────────────────────────────────────────────────────

export interface Clock {
  now(): Date;
}

/** Names are dotted and of low cardinality: never an id. */
export interface Metrics {
  count(name: string, value?: number): void;
  timing(name: string, milliseconds: number): void;
  gauge(name: string, value: number): void;
}

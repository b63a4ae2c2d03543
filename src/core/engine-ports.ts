import type { BaseStore } from './base-ports.ts';
import type { Digest } from './digest.ts';
import type { BuildLimits, RunLimits } from './limits.ts';
import type { BuildOutcome, LogLine, RunOutcome } from './outcome.ts';
import type { Isolation } from './report.ts';

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

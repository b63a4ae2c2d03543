const KIB = 1024;
const MIB = 1024 * KIB;

/** Bounds of what is taken in, enforced while it streams. */
export interface IntakeLimits {
  readonly dockerfileBytes: number;
  /** The context after decompression. */
  readonly contextBytes: number;
  readonly contextEntries: number;
  /** Decompressed bytes over compressed bytes; small inputs are free of it. */
  readonly maxExpansionRatio: number;
}

export interface BuildLimits {
  readonly timeoutMs: number;
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly pids: number;
  /** All the layers that the build writes. */
  readonly diskBytes: number;
  readonly maxOutputBytes: number;
}

export interface RunLimits {
  readonly timeoutMs: number;
  readonly memoryBytes: number;
  readonly cpus: number;
  readonly pids: number;
  readonly dataBytes: number;
  readonly tmpBytes: number;
  readonly maxOutputBytes: number;
}

export const DEFAULT_INTAKE_LIMITS: IntakeLimits = {
  dockerfileBytes: 256 * KIB,
  contextBytes: 64 * MIB,
  contextEntries: 10_000,
  maxExpansionRatio: 200,
};

export const DEFAULT_BUILD_LIMITS: BuildLimits = {
  timeoutMs: 10 * 60_000,
  memoryBytes: 2048 * MIB,
  cpus: 2,
  pids: 1024,
  diskBytes: 4096 * MIB,
  maxOutputBytes: 8 * MIB,
};

export const DEFAULT_RUN_LIMITS: RunLimits = {
  timeoutMs: 60_000,
  memoryBytes: 512 * MIB,
  cpus: 1,
  pids: 128,
  dataBytes: 16 * MIB,
  tmpBytes: 64 * MIB,
  maxOutputBytes: MIB,
};

/** The most that a policy may grant a build, whatever it says. The time ends before the pipeline's own for the step. */
export const MAX_BUILD_LIMITS: BuildLimits = {
  timeoutMs: 55 * 60_000,
  memoryBytes: 64 * 1024 * MIB,
  cpus: 64,
  pids: 32_768,
  diskBytes: 256 * 1024 * MIB,
  maxOutputBytes: 256 * MIB,
};

/** The most that a policy may grant a run, whatever it says. */
export const MAX_RUN_LIMITS: RunLimits = {
  timeoutMs: 25 * 60_000,
  memoryBytes: 64 * 1024 * MIB,
  cpus: 64,
  pids: 4096,
  dataBytes: 1024 * MIB,
  tmpBytes: 4096 * MIB,
  maxOutputBytes: 64 * MIB,
};

/** The most that is read of /data/perf.json. */
export const RESULT_FILE_MAX_BYTES = 64 * KIB;
/** A longer line of output is cut and marked. */
export const LOG_LINE_MAX_BYTES = 16 * KIB;

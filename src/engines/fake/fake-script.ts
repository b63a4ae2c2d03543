import type { DrydockError } from '../../core/errors.ts';
import type { BuildOutcome, ResultFile, RunOutcome } from '../../core/outcome.ts';
import type { ImageConfig } from '../../core/ports.ts';

type WithoutImage<T> = T extends { readonly status: 'built' } ? never : T;
type WithoutResult<T> = T extends RunOutcome ? Omit<T, 'result' | 'durationMs'> : never;

/** What the fake does with a Dockerfile. All that is left out is the best that can happen. */
export interface FakeScript {
  /** How the build ends when it does not give an image. */
  readonly build?: WithoutImage<BuildOutcome>;
  /** Lines of the build's standard output. */
  readonly buildLog?: readonly string[];
  /** How long the build takes, after its lines; above its limit of time it is `timed-out`. */
  readonly buildMs?: number;
  readonly sizeBytes?: number;
  readonly config?: Partial<ImageConfig>;
  /** Regular files of the image: absolute path → content. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Symbolic links of the image: absolute path → target. */
  readonly links?: Readonly<Record<string, string>>;
  /** Paths of the image that can't be read. */
  readonly unreadable?: readonly string[];
  /** How the run ends. Default: exit status 0. */
  readonly run?: WithoutResult<RunOutcome>;
  readonly runLog?: readonly string[];
  readonly runErrors?: readonly string[];
  /** How long the run takes, after its lines; above its limit of time it is `timed-out`. */
  readonly runMs?: number;
  /** /data/perf.json: its text, or what else it is. Default: missing. */
  readonly result?: string | ResultFile;
  /** Thrown in place of an outcome: the engine's own failures. */
  readonly buildError?: DrydockError;
  readonly runError?: DrydockError;
}

/** Chooses by the text that is to be built; undefined is an image with nothing in it that exits with 0. */
export type FakeScripts = (dockerfile: string) => FakeScript | undefined;

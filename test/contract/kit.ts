import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Digest } from '../../src/core/digest.ts';
import type { BuildLimits, RunLimits } from '../../src/core/limits.ts';
import type { BuildOutcome, LogLine, ResultFile, RunOutcome } from '../../src/core/outcome.ts';
import type { BuildRequest, EngineSpace, RunRequest } from '../../src/core/ports.ts';
import type { Isolation } from '../../src/core/report.ts';
import type { EngineUnderTest } from './engine-driver.ts';

export const MIB = 2 ** 20;

export const BUILD_LIMITS: BuildLimits = {
  timeoutMs: 60_000,
  memoryBytes: 128 * MIB,
  cpus: 1,
  pids: 64,
  diskBytes: 64 * MIB,
  maxOutputBytes: MIB,
};

export const RUN_LIMITS: RunLimits = {
  timeoutMs: 30_000,
  memoryBytes: 64 * MIB,
  cpus: 1,
  pids: 32,
  dataBytes: 4 * MIB,
  tmpBytes: 4 * MIB,
  maxOutputBytes: MIB,
};

/** Nobody's ids, neither in the base's /etc/passwd nor on the host. */
export const RUN_ID = 65_532;

export function openSpace(under: EngineUnderTest): Promise<EngineSpace> {
  return under.engine.openSpace(`contract-${randomUUID()}`);
}

export interface BuildTry {
  readonly outcome: BuildOutcome;
  readonly isolation: Isolation;
  readonly lines: readonly LogLine[];
  /** The text of `lines`, a line each. */
  readonly text: string;
}

type BuildChange = Partial<Omit<BuildRequest, 'dockerfile' | 'limits' | 'onLog'>> & {
  readonly limits?: Partial<BuildLimits>;
  readonly onLog?: BuildRequest['onLog'];
  readonly signal?: AbortSignal;
};

export async function tryBuild(
  space: EngineSpace,
  dockerfile: string,
  change: BuildChange = {},
): Promise<BuildTry> {
  const { signal = new AbortController().signal, limits, onLog, ...rest } = change;
  const lines: LogLine[] = [];
  const { outcome, isolation } = await space.builder.build(
    {
      dockerfile,
      contextTar: null,
      buildArgs: {},
      network: 'none',
      ...rest,
      limits: { ...BUILD_LIMITS, ...limits },
      onLog: (line) => {
        lines.push(line);
        onLog?.(line);
      },
    },
    signal,
  );
  return { outcome, isolation, lines, text: lines.map((line) => line.text).join('\n') };
}

export async function mustBuild(
  space: EngineSpace,
  dockerfile: string,
  change: BuildChange = {},
): Promise<Digest> {
  const { outcome, text } = await tryBuild(space, dockerfile, change);
  assert.equal(outcome.status, 'built', `${JSON.stringify(outcome)}\n${text}`);
  assert.ok(outcome.status === 'built');
  return outcome.image;
}

export interface RunTry {
  readonly outcome: RunOutcome;
  readonly isolation: Isolation;
  readonly lines: readonly LogLine[];
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
}

type RunChange = Partial<Omit<RunRequest, 'image' | 'limits' | 'onLog'>> & {
  readonly limits?: Partial<RunLimits>;
  readonly onLog?: RunRequest['onLog'];
  readonly signal?: AbortSignal;
};

export async function tryRun(space: EngineSpace, image: Digest, change: RunChange = {}): Promise<RunTry> {
  const { signal = new AbortController().signal, limits, onLog, ...rest } = change;
  const lines: LogLine[] = [];
  const { outcome, isolation } = await space.runner.run(
    {
      image,
      sandbox: 'auto',
      uid: RUN_ID,
      gid: RUN_ID,
      ...rest,
      limits: { ...RUN_LIMITS, ...limits },
      onLog: (line) => {
        lines.push(line);
        onLog?.(line);
      },
    },
    signal,
  );
  const of = (stream: LogLine['stream']): readonly string[] =>
    lines.filter((line) => line.stream === stream).map((line) => line.text);
  return { outcome, isolation, lines, stdout: of('stdout'), stderr: of('stderr') };
}

/** CMD with a shell script, in the exec form, so that the shell itself is the image's process. */
export function shellCommand(script: string): string {
  return `CMD ${JSON.stringify(['sh', '-c', script])}`;
}

export function resultText(result: ResultFile): string {
  return result.kind === 'file' ? Buffer.from(result.content).toString('utf8') : `(${result.kind})`;
}

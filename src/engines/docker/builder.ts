import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { type Digest, isDigest } from '../../core/digest.ts';
import { DrydockError } from '../../core/errors.ts';
import type { BuildLimits } from '../../core/limits.ts';
import type { BuildOutcome } from '../../core/outcome.ts';
import type { BaseStore, Builder, BuildRequest } from '../../core/ports.ts';
import type { Isolation } from '../../core/report.ts';
import type { DockerApi } from './api.ts';
import { createBuildContext } from './build-context.ts';
import { type BuildLog, createBuildLog } from './build-log.ts';
import { daemonTime, hadOom } from './build-oom.ts';
import { layerBytes, watchDisk } from './build-watch.ts';
import { checkDockerfile } from './dockerfile-check.ts';
import { numberOf, textOf } from './json-fields.ts';
import { readJsonLines } from './json-lines.ts';
import type { SpaceMark } from './marks.ts';
import { removeContainers } from './space-cleaner.ts';

const CPU_PERIOD_US = 100_000;
const KILLED_EXIT_CODE = 137;
/** SIGXFSZ: one file was to become larger than all may be together. */
const FILE_TOO_LARGE_EXIT_CODE = 153;

export interface BuilderDeps {
  readonly api: DockerApi;
  readonly bases: BaseStore;
  readonly mark: SpaceMark;
  /** Called with each image that a build of this space gave. */
  readonly onBuilt: (image: Digest) => void;
  readonly isolation: () => Promise<Isolation>;
}

/** Builds with Docker's classic builder: the only one that takes limits of memory and a network of `none`. */
export function createDockerBuilder(deps: BuilderDeps): Builder {
  return {
    async build(request, signal) {
      signal.throwIfAborted();
      const isolation = await deps.isolation();
      const bases = new Set((await deps.bases.list()).map(({ address }) => address));
      const { key, spaceId } = deps.mark;
      const checked = checkDockerfile(request.dockerfile, { bases }, { key, value: spaceId });
      if (checked.status === 'refused')
        return { outcome: { status: 'failed', exitCode: 1, message: checked.why }, isolation };
      const log = createBuildLog(checked.labels, request.onLog);
      const outcome = await buildChecked(deps, { ...request, dockerfile: checked.text }, log, signal);
      if (outcome.status === 'built') deps.onBuilt(outcome.image);
      return { outcome, isolation };
    },
  };
}

async function buildChecked(
  deps: BuilderDeps,
  request: BuildRequest,
  log: BuildLog,
  signal: AbortSignal,
): Promise<BuildOutcome> {
  const { api, mark } = deps;
  const { limits } = request;
  const before = await layerBytes(api, mark);
  const startedAt = await daemonTime(api);
  const stopper = createStopper(limits, signal);
  const watched = watchDisk(
    api,
    { mark, diskBytes: limits.diskBytes, before },
    () => stopper.stop({ status: 'disk-exceeded', diskBytes: limits.diskBytes }),
    stopper.signal,
  );
  watched.catch(stopper.hangUp);
  let end: BuildEnd | null = null;
  try {
    end = await converse(api, request, { log, stopper });
  } catch (error) {
    if (!stopper.signal.aborted) throw error;
  } finally {
    stopper.hangUp();
    log.end();
    await watched;
    if (end === null) await removeContainers(api, mark.filter);
  }
  signal.throwIfAborted();
  const stopped = stopper.outcome();
  if (stopped !== null) return stopped;
  if (end === null) throw new DrydockError('engine-failed', 'Docker ended the build without a word.');
  const isTooLarge =
    (end.status === 'failed' && end.exitCode === FILE_TOO_LARGE_EXIT_CODE) ||
    (await layerBytes(api, mark)) - before > limits.diskBytes;
  if (isTooLarge) return { status: 'disk-exceeded', diskBytes: limits.diskBytes };
  if (end.status === 'built') return { ...end, sizeBytes: await imageBytes(api, end.image) };
  const wasOutOfMemory = end.exitCode === KILLED_EXIT_CODE && (await hadOom(api, mark, startedAt));
  if (wasOutOfMemory) return { status: 'out-of-memory', memoryBytes: limits.memoryBytes };
  return { ...end, message: [end.message, ...log.lastLines()].join('\n') };
}

interface Stopper {
  /** Aborts when the build is to be hung up, for whatever reason. */
  readonly signal: AbortSignal;
  /** Hangs up with this outcome, unless there is another already. */
  stop(outcome: BuildOutcome): void;
  hangUp(): void;
  outcome(): BuildOutcome | null;
}

function createStopper(limits: BuildLimits, signal: AbortSignal): Stopper {
  const controller = new AbortController();
  let outcome: BuildOutcome | null = null;
  const stop = (because: BuildOutcome): void => {
    outcome ??= because;
    hangUp();
  };
  const timer = setTimeout(
    () => stop({ status: 'timed-out', timeoutMs: limits.timeoutMs }),
    limits.timeoutMs,
  );
  const hangUp = (): void => {
    clearTimeout(timer);
    signal.removeEventListener('abort', hangUp);
    controller.abort();
  };
  signal.addEventListener('abort', hangUp, { once: true });
  if (signal.aborted) hangUp();
  return { signal: controller.signal, stop, hangUp, outcome: () => outcome };
}

type BuildEnd =
  | { readonly status: 'built'; readonly image: Digest }
  | { readonly status: 'failed'; readonly exitCode: number; readonly message: string };

interface Conversation {
  readonly log: BuildLog;
  readonly stopper: Stopper;
}

/** Sends the context and hears the builder out. To abort it is to hang up, upon which Docker kills the step. */
async function converse(api: DockerApi, request: BuildRequest, talk: Conversation): Promise<BuildEnd> {
  const context = createBuildContext({ ...request, token: randomBytes(12).toString('hex') });
  const answer = await api.open({
    method: 'POST',
    path: '/build',
    query: buildQuery(request, context.dockerfilePath),
    body: context.tar,
    signal: talk.stopper.signal,
  });
  try {
    return await readAnswer(answer, request.limits.maxOutputBytes, talk);
  } finally {
    answer.destroy();
    context.tar.destroy();
  }
}

async function readAnswer(
  answer: IncomingMessage,
  maxOutputBytes: number,
  talk: Conversation,
): Promise<BuildEnd> {
  let image = '';
  let bytes = 0;
  for await (const line of readJsonLines(answer)) {
    const piece = textOf(line, 'stream');
    bytes += Buffer.byteLength(piece);
    if (bytes > maxOutputBytes) talk.stopper.stop({ status: 'output-exceeded', maxOutputBytes });
    talk.stopper.signal.throwIfAborted();
    if (piece !== '') talk.log.push(piece);
    const error = textOf(line, 'error') || textOf(line, 'message');
    if (error !== '') {
      if ((answer.statusCode ?? 0) >= 500)
        throw new DrydockError('engine-failed', `Docker could not build: ${error}`);
      return {
        status: 'failed',
        exitCode: numberOf(line, 'errorDetail', 'code') || 1,
        message: withoutHostPaths(error),
      };
    }
    image = textOf(line, 'aux', 'ID') || image;
  }
  talk.stopper.signal.throwIfAborted();
  if (isDigest(image)) return { status: 'built', image };
  throw new DrydockError(
    'engine-failed',
    `Docker was expected to name the image that it built, got "${image}".`,
  );
}

/** Docker's messages name the folders where it keeps layers, which are no business of the submitter. */
function withoutHostPaths(message: string): string {
  return message.replaceAll(
    /\/\S+\/(?:overlay2|vfs|containers)\/[0-9a-f-]{20,}\S*?(?=\/merged|\s|:|$)(?:\/merged)?/g,
    '',
  );
}

function buildQuery(
  { limits, network, buildArgs, target }: BuildRequest,
  dockerfile: string,
): Record<string, string> {
  const memory = String(limits.memoryBytes);
  const ulimit = (Name: string, most: number): object => ({ Name, Soft: most, Hard: most });
  return {
    dockerfile,
    version: '1',
    nocache: '1',
    rm: '1',
    forcerm: '1',
    pull: '0',
    networkmode: network === 'none' ? 'none' : 'default',
    memory,
    memswap: memory,
    cpuperiod: String(CPU_PERIOD_US),
    cpuquota: String(Math.round(limits.cpus * CPU_PERIOD_US)),
    ulimits: JSON.stringify([
      ulimit('nofile', 4096),
      ulimit('core', 0),
      ulimit('fsize', limits.diskBytes),
      ulimit('nproc', limits.pids),
    ]),
    buildargs: JSON.stringify(buildArgs),
    ...(target === undefined ? {} : { target }),
  };
}

async function imageBytes(api: DockerApi, image: Digest): Promise<number> {
  const { body } = await api.must({ method: 'GET', path: `/images/${image}/json` });
  return numberOf(body, 'Size');
}

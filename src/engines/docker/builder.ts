import type { Digest } from '../../core/digest.ts';
import { DrydockError } from '../../core/errors.ts';
import type { BuildOutcome } from '../../core/outcome.ts';
import type { BaseStore, Builder, BuildRequest } from '../../core/ports.ts';
import type { Isolation } from '../../core/report.ts';
import type { DockerApi } from './api.ts';
import { type BuildEnd, converse } from './build-conversation.ts';
import { type BuildLog, createBuildLog } from './build-log.ts';
import { daemonTime, hadOom } from './build-oom.ts';
import { createBuildStopper } from './build-stopper.ts';
import { layerBytes, watchDisk } from './build-watch.ts';
import { checkDockerfile } from './dockerfile-check.ts';
import { numberOf } from './json-fields.ts';
import type { SpaceMark } from './marks.ts';
import { removeContainers } from './space-cleaner.ts';

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
  const stopper = createBuildStopper(limits, signal);
  const watched = watchDisk(
    api,
    { mark, diskBytes: limits.diskBytes, before },
    () => stopper.stop({ status: 'disk-exceeded', diskBytes: limits.diskBytes }),
    stopper.signal,
  );
  watched.catch(stopper.end);
  let end: BuildEnd | null = null;
  try {
    end = await converse(api, request, { mark, log, stopper });
  } finally {
    stopper.end();
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

async function imageBytes(api: DockerApi, image: Digest): Promise<number> {
  const { body } = await api.must({ method: 'GET', path: `/images/${image}/json` });
  return numberOf(body, 'Size');
}

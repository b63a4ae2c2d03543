import type { Digest } from '../../core/digest.ts';
import type { Engine, EngineDescription, EngineSpace } from '../../core/ports.ts';
import type { Isolation } from '../../core/report.ts';
import { createDockerApi, type DockerApi } from './api.ts';
import { createDockerBaseStore } from './base-store.ts';
import { createDockerBuilder } from './builder.ts';
import { describeDocker } from './describe.ts';
import { createEmptyImage } from './empty-image.ts';
import { createDockerImageStore } from './image-store.ts';
import { createMark } from './marks.ts';
import { createDockerRunner } from './runner.ts';
import { removeContainers, removeImages, removeVolumes } from './space-cleaner.ts';
import { sweepDocker } from './sweep.ts';

export interface DockerEngineOptions {
  /** The daemon's socket, e.g. `/var/run/docker.sock`. It is never given to a container. */
  readonly socketPath: string;
}

/**
 * The Docker Engine as an engine, for hosts that have nothing else. It holds what the contract suites ask; what it
 * can't is said in `describe().degraded` and in the isolation of every build and run. Within a space, builds and runs
 * are one at a time.
 */
export function createDockerEngine({ socketPath }: DockerEngineOptions): Engine {
  const api = createDockerApi(socketPath);
  const bases = createDockerBaseStore(api);
  const describe = (): Promise<EngineDescription> => describeDocker(api);
  const isolation = once(async (): Promise<Isolation> => {
    const { version, degraded } = await describe();
    return { level: 'L0', sandbox: 'docker', engine: `docker ${version}`, degraded };
  });
  const emptyImage = once(() => createEmptyImage(api));
  return {
    name: 'docker',
    bases,
    describe,
    async openSpace(id) {
      await isolation();
      return createSpace({ api, bases, id, isolation, emptyImage });
    },
    sweep: (keep) => sweepDocker(api, new Set(keep)),
  };
}

/** Asks until it has been answered once. */
function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => {
    answer ??= ask().catch((error: unknown) => {
      answer = undefined;
      throw error;
    });
    return answer;
  };
}

interface SpaceDeps {
  readonly api: DockerApi;
  readonly bases: Engine['bases'];
  readonly id: string;
  readonly isolation: () => Promise<Isolation>;
  readonly emptyImage: () => Promise<string>;
}

function createSpace({ api, bases, id, isolation, emptyImage }: SpaceDeps): EngineSpace {
  const mark = createMark(id);
  const images = new Set<Digest>();
  const hasImage = (image: Digest): boolean => images.has(image);
  return {
    builder: createDockerBuilder({ api, bases, mark, isolation, onBuilt: (image) => images.add(image) }),
    images: createDockerImageStore({ api, mark, hasImage }),
    runner: createDockerRunner({ api, mark, hasImage, isolation, emptyImage }),
    async [Symbol.asyncDispose]() {
      images.clear();
      const stuck = await removeContainers(api, mark.filter);
      await removeVolumes(api, mark.filter);
      // A container that hangs in its start holds on to its images, and to whoever removes them, until dockerd restarts.
      if (stuck.length === 0) await removeImages(api, mark.filter);
    },
  };
}

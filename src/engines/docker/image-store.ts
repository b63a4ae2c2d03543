import type { Readable } from 'node:stream';
import type { Digest } from '../../core/digest.ts';
import { DrydockError } from '../../core/errors.ts';
import type { ImageStore } from '../../core/ports.ts';
import type { DockerApi } from './api.ts';
import { walkExport } from './export-walk.ts';
import { readImageConfig } from './image-config.ts';
import { textOf } from './json-fields.ts';
import type { SpaceMark } from './marks.ts';
import { removeContainer } from './space-cleaner.ts';

const EXPORT_TIMEOUT_MS = 10 * 60_000;

export interface ImageStoreDeps {
  readonly api: DockerApi;
  readonly mark: SpaceMark;
  readonly hasImage: (image: Digest) => boolean;
}

/** Images are read as the tar that Docker exports of a container that is made for it and never starts. */
export function createDockerImageStore({ api, mark, hasImage }: ImageStoreDeps): ImageStore {
  return {
    async open(image) {
      const path = `/images/${image}`;
      const inspected = await api.must({ method: 'GET', path: `${path}/json` }, [404]);
      if (!hasImage(image) || inspected.status === 404)
        throw new DrydockError('not-found', `The image ${image} was not built in this space.`);
      const history = await api.must({ method: 'GET', path: `${path}/history` });
      const config = readImageConfig(inspected.body, history.body);
      const id = await createIdle(api, { image, volumes: config.volumes, mark });
      return {
        config,
        files: { collect: (wants) => walkExport(() => openExport(api, id), wants) },
        [Symbol.asyncDispose]: async () => {
          await removeContainer(api, id);
        },
      };
    },
  };
}

interface IdleRequest {
  readonly image: Digest;
  readonly volumes: readonly string[];
  readonly mark: SpaceMark;
}

async function createIdle(api: DockerApi, { image, volumes, mark }: IdleRequest): Promise<string> {
  const answer = await api.must({
    method: 'POST',
    path: '/containers/create',
    body: {
      Image: image,
      Entrypoint: ['-'],
      Cmd: [],
      User: '0',
      WorkingDir: '/',
      Labels: mark.labels,
      NetworkDisabled: true,
      Healthcheck: { Test: ['NONE'] },
      HostConfig: {
        NetworkMode: 'none',
        // Something stands at each VOLUME already, so that Docker makes no volume and copies nothing.
        Mounts: volumes.map((Target) => ({ Type: 'tmpfs', Target })),
      },
    },
  });
  return textOf(answer.body, 'Id');
}

async function openExport(api: DockerApi, id: string): Promise<Readable> {
  const signal = AbortSignal.timeout(EXPORT_TIMEOUT_MS);
  const answer = await api.open({ method: 'GET', path: `/containers/${id}/export`, signal });
  if (answer.statusCode === 200) return answer;
  answer.destroy();
  throw new DrydockError(
    'engine-failed',
    `Docker was expected to export an image, it answered ${answer.statusCode}.`,
  );
}

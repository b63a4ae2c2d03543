import { createDockerApi } from '../../src/engines/docker/api.ts';
import { fieldOf, listOf, textOf, textsOf } from '../../src/engines/docker/json-fields.ts';

/** Containers, volumes and nameless images that a daemon holds, a line each. */
export async function dockerLeftovers(socketPath: string): Promise<readonly string[]> {
  const api = createDockerApi(socketPath);
  const containers = await api.must({ method: 'GET', path: '/containers/json', query: { all: '1' } });
  const volumes = await api.must({ method: 'GET', path: '/volumes' });
  const images = await api.must({ method: 'GET', path: '/images/json', query: { all: '1' } });
  return [
    ...listOf(containers.body).map((container) => `container ${textOf(container, 'Id')}`),
    ...listOf(volumes.body, 'Volumes').map((volume) => `volume ${textOf(volume, 'Name')}`),
    ...listOf(images.body)
      .filter((image) => textsOf(image, 'RepoTags').every((tag) => tag === '<none>:<none>'))
      .map((image) => `image ${textOf(image, 'Id')} ${JSON.stringify(fieldOf(image, 'Labels'))}`),
  ];
}

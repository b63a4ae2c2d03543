import { setTimeout as delay } from 'node:timers/promises';
import { DrydockError, isDrydockError } from '../../core/errors.ts';
import type { DockerApi } from './api.ts';
import { listOf, textOf } from './json-fields.ts';

const PATIENCE_MS = 6_000;
const REMOVE_TIMEOUT_MS = 5_000;
const PAUSE_MS = 50;

/**
 * Kills and removes all containers that `filter` finds, until none is there twice in a row: a builder that was just
 * told to stop may still be starting one. Gives those that could not be removed but never ran: Docker itself hangs in
 * their start, as it does when an image has a FIFO for /etc/passwd. Throws `engine-failed` when one that ran stays.
 */
export async function removeContainers(api: DockerApi, filter: string): Promise<readonly string[]> {
  const deadline = performance.now() + PATIENCE_MS;
  for (let quiet = 0; quiet < 2; ) {
    const { found, running } = await removeContainersOnce(api, filter);
    quiet = found.length === 0 ? quiet + 1 : 0;
    if (performance.now() > deadline) {
      if (running.length === 0) return found;
      throw new DrydockError(
        'engine-failed',
        `Docker was expected to kill and remove ${running.join(', ')}, it does not. Restart dockerd.`,
      );
    }
    if (quiet < 2) await delay(PAUSE_MS);
  }
  return [];
}

/** Kills and removes the containers that are there now. `running`: those of them that were ever started. */
export async function removeContainersOnce(
  api: DockerApi,
  filter: string,
): Promise<{ readonly found: readonly string[]; readonly running: readonly string[] }> {
  const query = { all: '1', filters: filter };
  const { body } = await api.must({ method: 'GET', path: '/containers/json', query });
  const idsOf = (containers: readonly unknown[]): readonly string[] =>
    containers.map((container) => textOf(container, 'Id'));
  const found = idsOf(listOf(body));
  await Promise.all(found.map((id) => removeContainer(api, id)));
  return {
    found,
    running: idsOf(listOf(body).filter((container) => textOf(container, 'State') !== 'created')),
  };
}

/** Kills and removes one container with its anonymous volumes. False when Docker can't, or somebody else is at it. */
export async function removeContainer(api: DockerApi, id: string): Promise<boolean> {
  const path = `/containers/${id}`;
  const call = { method: 'DELETE', path, query: { force: '1', v: '1' } } as const;
  const gone = api.must({ ...call, timeoutMs: REMOVE_TIMEOUT_MS }, [404, 409]);
  return gone.then(
    ({ status }) => status < 300,
    (error: unknown) => {
      if (isDrydockError(error, 'engine-failed')) return false;
      throw error;
    },
  );
}

/** Removes the volumes that no container uses any more. */
export async function removeVolumes(api: DockerApi, filter: string): Promise<void> {
  const { body } = await api.must({ method: 'GET', path: '/volumes', query: { filters: filter } });
  const names = listOf(body, 'Volumes').map((volume) => textOf(volume, 'Name'));
  for (const name of names)
    await api.must({ method: 'DELETE', path: `/volumes/${name}`, query: { force: '1' } }, [404, 409]);
}

/** Removes all images that `filter` finds, children before parents. Throws `engine-failed` when some stay. */
export async function removeImages(api: DockerApi, filter: string): Promise<void> {
  for (;;) {
    const query = { all: '1', filters: filter };
    const { body } = await api.must({ method: 'GET', path: '/images/json', query });
    const ids = listOf(body).map((image) => textOf(image, 'Id'));
    if (ids.length === 0) return;
    const parents = new Set(listOf(body).map((image) => textOf(image, 'ParentId')));
    const leaves = ids.filter((id) => !parents.has(id));
    const gone = await Promise.all(leaves.map((id) => removeImage(api, id)));
    if (!gone.includes(true))
      throw new DrydockError(
        'engine-failed',
        `Docker was expected to remove ${leaves.join(', ')}, it does not.`,
      );
  }
}

/** Removes one image and none of its parents. False when something still uses it. */
export async function removeImage(api: DockerApi, id: string): Promise<boolean> {
  const query = { force: '1', noprune: '1' };
  const { status } = await api.must({ method: 'DELETE', path: `/images/${id}`, query }, [404, 409]);
  return status !== 409;
}

import { setTimeout as delay } from 'node:timers/promises';
import { DrydockError } from '../../core/errors.ts';
import type { DockerApi } from './api.ts';
import { listOf, textOf } from './json-fields.ts';

const PATIENCE_MS = 20_000;
const PAUSE_MS = 50;

/**
 * Kills and removes all containers that `filter` finds, until none is there twice in a row: a builder that was just
 * told to stop may still be starting one. Throws `engine-failed` when they don't go away.
 */
export async function removeContainers(api: DockerApi, filter: string): Promise<number> {
  const deadline = performance.now() + PATIENCE_MS;
  let removed = 0;
  for (let quiet = 0; quiet < 2; ) {
    const { found, gone } = await removeContainersOnce(api, filter);
    quiet = found.length === 0 ? quiet + 1 : 0;
    removed += gone;
    if (performance.now() > deadline)
      throw new DrydockError(
        'engine-failed',
        `Docker was expected to remove ${found.join(', ')}, it does not.`,
      );
    if (quiet < 2) await delay(PAUSE_MS);
  }
  return removed;
}

/** Kills and removes all containers that are there now. */
export async function removeContainersOnce(
  api: DockerApi,
  filter: string,
): Promise<{ readonly found: readonly string[]; readonly gone: number }> {
  const query = { all: '1', filters: filter };
  const { body } = await api.must({ method: 'GET', path: '/containers/json', query });
  const found = listOf(body).map((container) => textOf(container, 'Id'));
  const done = await Promise.all(found.map((id) => removeContainer(api, id)));
  return { found, gone: done.filter(Boolean).length };
}

/** Kills and removes one container with its anonymous volumes. False while somebody else is removing it, or it is gone. */
export async function removeContainer(api: DockerApi, id: string): Promise<boolean> {
  const query = { force: '1', v: '1' };
  const answer = await api.must(
    { method: 'DELETE', path: `/containers/${id}`, query, timeoutMs: 15_000 },
    [404, 409],
  );
  return answer.status < 300;
}

/** Removes volumes that no container uses any more. */
export async function removeVolumes(api: DockerApi, filter: string): Promise<number> {
  const { body } = await api.must({ method: 'GET', path: '/volumes', query: { filters: filter } });
  const names = listOf(body, 'Volumes').map((volume) => textOf(volume, 'Name'));
  for (const name of names)
    await api.must({ method: 'DELETE', path: `/volumes/${name}`, query: { force: '1' } }, [404]);
  return names.length;
}

/** Removes all images that `filter` finds, children before parents. Throws `engine-failed` when some stay. */
export async function removeImages(api: DockerApi, filter: string): Promise<number> {
  let removed = 0;
  for (;;) {
    const { body } = await api.must({
      method: 'GET',
      path: '/images/json',
      query: { all: '1', filters: filter },
    });
    const ids = new Set(listOf(body).map((image) => textOf(image, 'Id')));
    if (ids.size === 0) return removed;
    const parents = new Set(listOf(body).map((image) => textOf(image, 'ParentId')));
    const leaves = [...ids].filter((id) => !parents.has(id));
    const answers = await Promise.all(
      leaves.map((id) =>
        api.must(
          { method: 'DELETE', path: `/images/${id}`, query: { force: '1', noprune: '1' } },
          [404, 409],
        ),
      ),
    );
    const gone = answers.filter(({ status }) => status !== 409).length;
    removed += gone;
    if (gone === 0)
      throw new DrydockError(
        'engine-failed',
        `Docker was expected to remove ${leaves.join(', ')}, it does not.`,
      );
  }
}

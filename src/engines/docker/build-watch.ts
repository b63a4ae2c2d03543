import { setTimeout as delay } from 'node:timers/promises';
import type { DockerApi } from './api.ts';
import { listOf, numberOf, textOf } from './json-fields.ts';
import type { SpaceMark } from './marks.ts';

const INTERVAL_MS = 500;

/** The bytes that the images of a space hold beyond their bases. */
export async function layerBytes(api: DockerApi, mark: SpaceMark): Promise<number> {
  const { body } = await api.must({
    method: 'GET',
    path: '/images/json',
    query: { all: '1', filters: mark.filter },
  });
  const sizes = new Map(listOf(body).map((image) => [textOf(image, 'Id'), numberOf(image, 'Size')]));
  return listOf(body)
    .map((image) => {
      const parentBytes = sizes.get(textOf(image, 'ParentId'));
      // The first image of a stage is the base with our label: it adds nothing.
      return parentBytes === undefined ? 0 : Math.max(0, numberOf(image, 'Size') - parentBytes);
    })
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** The bytes that the containers of a space have written. */
async function containerBytes(api: DockerApi, mark: SpaceMark): Promise<number> {
  const query = { all: '1', size: '1', filters: mark.filter };
  const { body } = await api.must({ method: 'GET', path: '/containers/json', query });
  return listOf(body)
    .map((container) => numberOf(container, 'SizeRw'))
    .reduce((sum, bytes) => sum + bytes, 0);
}

/** Calls `onExceeded` once when a build has written more than `diskBytes`; Docker itself has no limit for that. */
export async function watchDisk(
  api: DockerApi,
  request: { readonly mark: SpaceMark; readonly diskBytes: number; readonly before: number },
  onExceeded: () => void,
  signal: AbortSignal,
): Promise<void> {
  try {
    for (;;) {
      await delay(INTERVAL_MS, undefined, { signal });
      const [layers, containers] = [
        await layerBytes(api, request.mark),
        await containerBytes(api, request.mark),
      ];
      if (layers - request.before + containers <= request.diskBytes) continue;
      onExceeded();
      return;
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

import type { DockerApi } from './api.ts';
import { fieldOf, listOf, textOf, textsOf } from './json-fields.ts';
import { markedSpaces, ORIGIN_LABEL } from './marks.ts';
import { removeContainer, removeImage } from './space-cleaner.ts';

/** Removes all that bears the mark of a space that is not in `keep`, and bases that lost their name to a newer one. */
export async function sweepDocker(api: DockerApi, keep: ReadonlySet<string>): Promise<readonly string[]> {
  const kept = new Set(keep);
  const isDead = (thing: unknown): boolean => {
    const spaces = markedSpaces(fieldOf(thing, 'Labels'));
    return spaces.length > 0 && !spaces.some((space) => kept.has(space));
  };
  const removed: string[] = [];
  const containers = await api.must({ method: 'GET', path: '/containers/json', query: { all: '1' } });
  for (const container of listOf(containers.body).filter(isDead)) {
    const id = textOf(container, 'Id');
    if (await removeContainer(api, id)) removed.push(`container ${id.slice(0, 12)}`);
    // What hangs keeps its images: to remove them would hang as well.
    else for (const space of markedSpaces(fieldOf(container, 'Labels'))) kept.add(space);
  }
  const volumes = await api.must({ method: 'GET', path: '/volumes' });
  for (const volume of listOf(volumes.body, 'Volumes').filter(isDead)) {
    const name = textOf(volume, 'Name');
    const call = { method: 'DELETE', path: `/volumes/${name}`, query: { force: '1' } } as const;
    if ((await api.must(call, [404, 409])).status < 300) removed.push(`volume ${name}`);
  }
  const isReplacedBase = (image: unknown): boolean =>
    markedSpaces(fieldOf(image, 'Labels')).length === 0 && textOf(image, 'Labels', ORIGIN_LABEL) !== '';
  removed.push(...(await sweepImages(api, (image) => isDead(image) || isReplacedBase(image))));
  return removed;
}

/** Children before parents: each round takes those that no other image builds on. */
async function sweepImages(
  api: DockerApi,
  isUnwanted: (image: unknown) => boolean,
): Promise<readonly string[]> {
  const removed: string[] = [];
  for (let progress = 1; progress > 0; ) {
    const { body } = await api.must({ method: 'GET', path: '/images/json', query: { all: '1' } });
    const images = listOf(body);
    const parents = new Set(images.map((image) => textOf(image, 'ParentId')));
    const leaves = images.filter(
      (image) => isUnwanted(image) && !hasName(image) && !parents.has(textOf(image, 'Id')),
    );
    progress = 0;
    for (const leaf of leaves) {
      const id = textOf(leaf, 'Id');
      if (!(await removeImage(api, id))) continue;
      progress += 1;
      removed.push(`image ${id.slice(0, 19)}`);
    }
  }
  return removed;
}

/** A name was given by somebody else: nothing of ours has one. */
function hasName(image: unknown): boolean {
  return textsOf(image, 'RepoTags').some((tag) => tag !== '<none>:<none>');
}

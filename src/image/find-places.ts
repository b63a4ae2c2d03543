import type { Wants } from '../core/ports.ts';
import type { ImageTree } from './image-tree.ts';
import type { ImageNode } from './layer-tree.ts';
import { resolveLinks, type Standing } from './resolve-links.ts';
import { createWantedPath } from './wanted-path.ts';

/** Something wanted, under the name that it was asked for by; or why it can't be told what it is. */
export type Place =
  | { readonly path: string; readonly node: ImageNode }
  | { readonly path: string; readonly why: string };

/** All that is wanted and there, perhaps more than once; folders are nothing that could be wanted. */
export function* findPlaces(tree: ImageTree, wants: Wants): Generator<Place> {
  for (const path of wants.paths) yield* findExact(tree, path);
  for (const folder of wants.folders) yield* findInFolder(tree, folder);
  if (wants.basenames.length === 0 && wants.suffixes.length === 0) return;
  const isWanted = createWantedPath(wants);
  for (const [path, node] of tree.nodes)
    if (node.kind !== 'folder' && node.kind !== 'link' && isWanted(path)) yield { path, node };
}

function* findExact(tree: ImageTree, path: string): Generator<Place> {
  try {
    const real = resolveLinks(path, (each) => standingIn(tree, each));
    const node = real === undefined ? undefined : tree.nodes.get(real);
    if (node !== undefined && node.kind !== 'folder') yield { path, node };
  } catch (error) {
    yield { path, why: error instanceof Error ? error.message : String(error) };
  }
}

function* findInFolder(tree: ImageTree, folder: string): Generator<Place> {
  let real: string | undefined;
  try {
    real = resolveLinks(folder, (each) => standingIn(tree, each));
  } catch (error) {
    yield { path: folder, why: error instanceof Error ? error.message : String(error) };
  }
  if (real === undefined || tree.nodes.get(real)?.kind !== 'folder') return;
  const start = `${real}/`;
  for (const [path, node] of tree.nodes)
    if (
      path.startsWith(start) &&
      !path.includes('/', start.length) &&
      node.kind !== 'folder' &&
      node.kind !== 'link'
    )
      yield { path: `${folder}/${path.slice(start.length)}`, node };
}

function standingIn(tree: ImageTree, path: string): Standing {
  const node = tree.nodes.get(path);
  if (node === undefined) return { kind: 'nothing' };
  return node.kind === 'link' ? { kind: 'link', target: node.target } : { kind: 'something' };
}

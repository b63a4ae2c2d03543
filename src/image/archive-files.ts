import { DrydockError } from '../core/errors.ts';
import type { CollectedFile, ImageFiles, Wants } from '../core/ports.ts';
import type { Blobs } from './blobs.ts';
import { findPlaces, type Place } from './find-places.ts';
import { ImageTree } from './image-tree.ts';
import { type FileNode, type ImageNode, LayerTree } from './layer-tree.ts';
import type { Layer } from './manifest.ts';
import { readLayer } from './read-layer.ts';
import { createWantedPath } from './wanted-path.ts';

/** Files and folders of all layers together; a node costs about 300 bytes. */
const MAX_ENTRIES = 2_000_000;
/** What was read at an exact path is kept so far, as other wanted paths are often links to it. */
const MAX_KEPT_BYTES = 64 * 1024;

/** Thrown to end a collection that has given all that it may. */
class Enough extends Error {}

/**
 * The files of an image whose layers are blobs, highest layer first, each layer read as a stream. The first collection
 * reads every layer once, and one a second time when a wanted path turns out to be a link into it; later ones read only
 * layers that hold something wanted. Memory: the tree, and the wanted files of one layer. Hostile: throws
 * `input-invalid` for layers that are damaged, changed, bombs, or climb out.
 */
export function createArchiveFiles(blobs: Blobs, layers: readonly Layer[]): ImageFiles {
  let tree: ImageTree | undefined;
  return {
    async *collect(wants) {
      const collection = createCollection(blobs, layers, wants);
      try {
        if (tree === undefined) {
          const fresh = new ImageTree();
          yield* readAll(collection, fresh);
          tree = fresh;
        }
        yield* readPlaces(collection, tree);
      } catch (error) {
        if (!(error instanceof Enough)) throw error;
        yield { kind: 'unreadable', path: '/', why: error.message };
      }
    },
  };
}

interface Collection {
  readonly blobs: Blobs;
  readonly layers: readonly Layer[];
  readonly wants: Wants;
  readonly isWanted: (path: string) => boolean;
  readonly given: Set<string>;
  /** By layer and entry. */
  readonly kept: Map<string, Uint8Array>;
  /** Takes bytes off what may be read together. Throws `Enough`. */
  readonly spend: (sizeBytes: number) => void;
}

function createCollection(blobs: Blobs, layers: readonly Layer[], wants: Wants): Collection {
  let roomBytes = wants.maxTotalBytes;
  return {
    blobs,
    layers,
    wants,
    isWanted: createWantedPath(wants),
    given: new Set(),
    kept: new Map(),
    spend: (sizeBytes) => {
      roomBytes -= sizeBytes;
      if (roomBytes < 0)
        throw new Enough(`the wanted files have more than ${wants.maxTotalBytes} bytes together`);
    },
  };
}

/** Reads every layer into `tree`, and gives what is wanted under its own name. */
async function* readAll(collection: Collection, tree: ImageTree): AsyncGenerator<CollectedFile> {
  let entries = 0;
  for (const [index, layer] of [...collection.layers.entries()].reverse()) {
    const own = new LayerTree(index);
    const contents = new Map<number, Uint8Array>();
    await readLayer(collection.blobs, layer, {
      enter: (entry) => {
        entries += 1;
        if (entries > MAX_ENTRIES || own.nodes.size + tree.nodes.size > MAX_ENTRIES) throw tooMany();
        return shouldCapture(collection, tree, own.add(entry));
      },
      content: (_, content) => contents.set(own.lastEntry, content),
    });
    for (const [path, node] of own.nodes) {
      const content = node.kind === 'file' ? contents.get(node.entry) : undefined;
      if (node.kind === 'file' && content !== undefined && tree.isVisible(path) && collection.isWanted(path))
        yield give(collection, path, { node, content });
    }
    tree.addBelow(own);
  }
}

function shouldCapture(
  { wants, isWanted, spend }: Collection,
  tree: ImageTree,
  added: { readonly path: string; readonly node: ImageNode; readonly isNew: boolean } | null,
): boolean {
  if (added === null || added.node.kind !== 'file' || !added.isNew) return false;
  const { path, node } = added;
  if (node.isSparse || node.sizeBytes > wants.maxFileBytes || !isWanted(path) || !tree.isVisible(path))
    return false;
  spend(node.sizeBytes);
  return true;
}

function give(
  { given, kept, wants }: Collection,
  path: string,
  { node, content }: { readonly node: FileNode; readonly content: Uint8Array },
): CollectedFile {
  given.add(path);
  if (content.length <= MAX_KEPT_BYTES && wants.paths.includes(path)) kept.set(keyOf(node), content);
  return { kind: 'file', path, sizeBytes: content.length, content };
}

/** Gives what is wanted and has not been given, reading the layers that hold it. */
async function* readPlaces(collection: Collection, tree: ImageTree): AsyncGenerator<CollectedFile> {
  const toRead = new Map<number, Map<number, string[]>>();
  for (const place of findPlaces(tree, collection.wants)) {
    if (collection.given.has(place.path)) continue;
    collection.given.add(place.path);
    const file = withoutReading(collection, place);
    if (file === null) plan(toRead, place);
    else yield file;
  }
  for (const [index, entries] of toRead) yield* readFrom(collection, index, entries);
}

/** What can be said of a place without its layer, or null when that must be read. */
function withoutReading({ wants, kept, spend }: Collection, place: Place): CollectedFile | null {
  const { path } = place;
  if ('why' in place) return { kind: 'unreadable', path, why: place.why };
  const { node } = place;
  if (node.kind !== 'file') return { kind: 'unreadable', path, why: 'it is not a regular file' };
  const { sizeBytes } = node;
  if (sizeBytes > wants.maxFileBytes) return { kind: 'file', path, sizeBytes, content: null };
  if (node.isSparse)
    return { kind: 'unreadable', path, why: 'it is stored as a sparse file, which is not read' };
  spend(sizeBytes);
  const content = kept.get(keyOf(node));
  return content === undefined ? null : { kind: 'file', path, sizeBytes, content };
}

function plan(toRead: Map<number, Map<number, string[]>>, place: Place): void {
  if (!('node' in place) || place.node.kind !== 'file') return;
  const { layer, entry } = place.node;
  const entries = toRead.get(layer) ?? new Map<number, string[]>();
  toRead.set(layer, entries);
  entries.set(entry, [...(entries.get(entry) ?? []), place.path]);
}

/** The files of one layer by entry, each under all the names that it was asked for by. */
async function* readFrom(
  { blobs, layers }: Collection,
  index: number,
  wanted: ReadonlyMap<number, readonly string[]>,
): AsyncGenerator<CollectedFile> {
  const layer = layers[index];
  if (layer === undefined) return;
  const found: { readonly paths: readonly string[]; readonly content: Uint8Array }[] = [];
  let at = -1;
  await readLayer(blobs, layer, {
    enter: () => {
      at += 1;
      return wanted.has(at);
    },
    content: (_, content) => found.push({ paths: wanted.get(at) ?? [], content }),
  });
  for (const { paths, content } of found)
    for (const path of paths) yield { kind: 'file', path, sizeBytes: content.length, content };
}

function keyOf({ layer, entry }: FileNode): string {
  return `${layer}:${entry}`;
}

function tooMany(): DrydockError {
  return new DrydockError(
    'input-invalid',
    `An image of at most ${MAX_ENTRIES} files and folders was expected, it has more.`,
  );
}

import { createHash } from 'node:crypto';
import { closeSync, mkdirSync, symlinkSync } from 'node:fs';
import { openRegularFile, readBounded } from './result-file.ts';

/** Bounds of the store's own lists; a build of the allowed size stays far below. */
const MAX_LIST_BYTES = 64 * 1024 * 1024;
const MAX_CONFIG_BYTES = 2 * 1024 * 1024;
const MAX_LAYERS = 500;
const ID = /^[a-f0-9]{64}$/;

export interface StoredImage {
  /** The image's configuration: its SHA-256 is the image's id. */
  readonly config: Buffer;
  /** All its layers together, as their archives. */
  readonly sizeBytes: number;
  /** The folders of its layers, uppermost first. */
  readonly layers: readonly string[];
}

interface Layer {
  readonly folder: string;
  readonly parent: string;
  readonly sizeBytes: number;
}

/**
 * Finds an image in stores of containers/storage with the overlay driver, and undefined when none has it. Podman can't
 * mount an image all of whose layers are in an additional store, and takes 50 ms for the others.
 * Source: https://github.com/containers/storage/tree/main/docs
 */
export function findStoredImage(stores: readonly string[], id: string): StoredImage | undefined {
  if (!ID.test(id)) throw new Error('the id of an image was expected');
  for (const store of stores) {
    const image = readList(`${store}/overlay-images/images.json`).find((entry) => entry.get('id') === id);
    if (image === undefined) continue;
    const key = Buffer.from(`sha256:${id}`).toString('base64');
    const config = readFile(`${store}/overlay-images/${id}/=${key}`, MAX_CONFIG_BYTES);
    if (createHash('sha256').update(config).digest('hex') !== id)
      throw new Error('the configuration of the image is not the one that its id names');
    return { config, ...readLayers(stores, text(image, 'layer')) };
  }
  return undefined;
}

/**
 * The options that mount the layers read-only as one root. Links with short names keep them within the one page that
 * the kernel takes.
 */
export function overlayOptions(layers: readonly string[], linkFolder: string): string {
  mkdirSync(`${linkFolder}/empty`, { recursive: true });
  const links = layers.map((layer, index) => {
    symlinkSync(layer, `${linkFolder}/${index}`);
    return `${linkFolder}/${index}`;
  });
  // An overlay without an upper folder wants two lower ones.
  if (links.length === 1) links.push(`${linkFolder}/empty`);
  return `ro,nosuid,nodev,noexec,userxattr,lowerdir=${links.join(':')}`;
}

function readLayers(stores: readonly string[], top: string): Pick<StoredImage, 'sizeBytes' | 'layers'> {
  const known = new Map(stores.flatMap((store) => listLayers(store)));
  const layers: string[] = [];
  let sizeBytes = 0;
  for (let id = top; id !== ''; ) {
    const layer = known.get(id);
    if (layer === undefined) throw new Error(`the layer ${id.slice(0, 12)} of the image is not there`);
    if (layers.push(layer.folder) > MAX_LAYERS)
      throw new Error(`the image has more than ${MAX_LAYERS} layers`);
    sizeBytes += layer.sizeBytes;
    id = layer.parent;
  }
  return { sizeBytes, layers };
}

function listLayers(store: string): readonly (readonly [string, Layer])[] {
  return ['layers.json', 'volatile-layers.json']
    .flatMap((name) => readList(`${store}/overlay-layers/${name}`))
    .map((entry) => ({ entry, id: text(entry, 'id'), size: entry.get('diff-size') }))
    .filter(({ id }) => ID.test(id))
    .map(({ entry, id, size }) => [
      id,
      {
        folder: `${store}/overlay/${id}/diff`,
        parent: text(entry, 'parent'),
        sizeBytes: typeof size === 'number' ? size : 0,
      },
    ]);
}

type Entry = ReadonlyMap<string, unknown>;

function readList(path: string): readonly Entry[] {
  let content: Buffer;
  try {
    content = readFile(path, MAX_LIST_BYTES);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
  const list: unknown = JSON.parse(content.toString('utf8'));
  if (!Array.isArray(list)) throw new Error(`${path} was expected to be a list`);
  return list.map((entry: unknown) => new Map(Object.entries(entry ?? {})));
}

function text(entry: Entry, key: string): string {
  const value = entry.get(key);
  return typeof value === 'string' ? value : '';
}

function readFile(path: string, maxBytes: number): Buffer {
  const { fd, stats } = openRegularFile(path);
  try {
    if (stats.size > maxBytes) throw new Error(`${path} has ${stats.size} bytes, more than ${maxBytes}`);
    return readBounded(fd, stats.size);
  } finally {
    closeSync(fd);
  }
}

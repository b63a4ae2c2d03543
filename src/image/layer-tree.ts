import { DrydockError } from '../core/errors.ts';
import { resolveLinks } from './resolve-links.ts';
import type { TarEntry } from './tar/extended-headers.ts';

const MAX_PATH_CHARS = 4096;
const MAX_DEPTH = 256;
const WHITEOUT = '.wh.';
const OPAQUE = '.wh..wh..opq';

/** What stands at a path. A file is known by the entry of the layer that its content is in. */
export type ImageNode =
  | { readonly kind: 'folder' }
  | { readonly kind: 'link'; readonly target: string }
  | FileNode
  | { readonly kind: 'other' };

export interface FileNode {
  readonly kind: 'file';
  /** From 0, lowest first. */
  readonly layer: number;
  /** Of the layer's entries, from 0. */
  readonly entry: number;
  readonly sizeBytes: number;
  readonly isSparse: boolean;
}

const FOLDER: ImageNode = { kind: 'folder' };
const OTHER: ImageNode = { kind: 'other' };

/** One layer's own tree, as its entries make it when they are unpacked in order into an empty folder. */
export class LayerTree {
  readonly nodes = new Map<string, ImageNode>([['', FOLDER]]);
  /** What it hides of the layers below, with all that is under it. */
  readonly whiteouts = new Set<string>();
  /** Folders of which nothing below shows through. */
  readonly opaque = new Set<string>();
  readonly #layer: number;
  #lastEntry = -1;

  constructor(layer: number) {
    this.#layer = layer;
  }

  /** Of the entry that was added last, from 0; -1 before the first. */
  get lastEntry(): number {
    return this.#lastEntry;
  }

  /**
   * Takes the next entry in; returns the absolute path that it ends up at, or null for one that is no file of the image.
   * `isNew`: its content follows, it is not another name for something before it.
   * Throws `input-invalid` for names that climb out and for what no engine would unpack.
   */
  add(entry: TarEntry): { readonly path: string; readonly node: ImageNode; readonly isNew: boolean } | null {
    this.#lastEntry += 1;
    const clean = cleanPath(entry.path);
    if (clean === '') return null;
    const slash = clean.lastIndexOf('/');
    const parent = this.#folderFor(clean.slice(0, slash));
    const name = clean.slice(slash + 1);
    if (name.startsWith(WHITEOUT)) {
      this.#hide(parent, name);
      return null;
    }
    const path = `${parent}/${name}`;
    const node = this.#nodeOf(entry);
    if (node.kind !== 'folder' && this.nodes.get(path)?.kind === 'folder')
      throw refused(entry.path, 'it stands where the same layer has a folder');
    this.nodes.set(path, node);
    return { path, node, isNew: entry.kind !== 'hard-link' };
  }

  #hide(parent: string, name: string): void {
    if (name === OPAQUE) {
      this.opaque.add(parent);
      return;
    }
    const hidden = name.slice(WHITEOUT.length);
    // Files of AUFS itself, which say nothing about the image.
    if (hidden.startsWith(WHITEOUT)) return;
    if (hidden === '' || hidden === '.' || hidden === '..')
      throw refused(name, 'it hides nothing that has a name');
    this.whiteouts.add(`${parent}/${hidden}`);
  }

  #nodeOf({ path, kind, sizeBytes, linkPath, isSparse }: TarEntry): ImageNode {
    switch (kind) {
      case 'folder':
        return FOLDER;
      case 'link':
        return linkPath.length > MAX_PATH_CHARS ? OTHER : { kind: 'link', target: linkPath };
      case 'file':
        return { kind: 'file', layer: this.#layer, entry: this.#lastEntry, sizeBytes, isSparse };
      case 'hard-link': {
        const clean = cleanPath(linkPath);
        const slash = clean.lastIndexOf('/');
        const target = this.nodes.get(this.#folderFor(clean.slice(0, slash)) + clean.slice(slash));
        if (target === undefined || target.kind === 'folder')
          throw refused(path, 'it is a hard link to nothing that comes before it');
        return target;
      }
      case 'other':
        return OTHER;
    }
  }

  /** The link-free path of a folder in this layer, which is made when it is not there yet. */
  #folderFor(path: string): string {
    if (this.nodes.get(path) === FOLDER) return path;
    const real = this.#resolve(path);
    for (let end = real.indexOf('/', 1); real !== ''; end = real.indexOf('/', end + 1)) {
      const each = end < 0 ? real : real.slice(0, end);
      const node = this.nodes.get(each);
      if (node === undefined) this.nodes.set(each, FOLDER);
      else if (node.kind !== 'folder') throw refused(path, 'it lies below something that is no folder');
      if (end < 0) break;
    }
    return real;
  }

  #resolve(path: string): string {
    try {
      const real = resolveLinks(path, (each) => {
        const node = this.nodes.get(each);
        return node?.kind === 'link' ? node : { kind: 'something' };
      });
      return real === undefined || real === '/' ? '' : real;
    } catch (error) {
      throw refused(path, 'the links that it lies below never end', error);
    }
  }
}

/** The absolute path that a tar's name means. Throws `input-invalid`. */
function cleanPath(name: string): string {
  if (name.length > MAX_PATH_CHARS) throw refused(name, `it is longer than ${MAX_PATH_CHARS} characters`);
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw refused(name, 'it climbs out with ..');
  if (parts.length > MAX_DEPTH) throw refused(name, `it is deeper than ${MAX_DEPTH} folders`);
  return parts.length === 0 ? '' : `/${parts.join('/')}`;
}

function refused(name: string, why: string, cause?: unknown): DrydockError {
  return new DrydockError(
    'input-invalid',
    `A layer holds ${JSON.stringify(name.slice(0, 200))}, which is refused: ${why}.`,
    { cause },
  );
}

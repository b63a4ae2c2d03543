import type { ImageNode, LayerTree } from './layer-tree.ts';

/**
 * The image's root as its layers make it together, built from the highest layer down: what is in it already hides what
 * comes. Source: OCI image-spec, "Representing Changes"; where whiteouts and files of one layer meet, overlayfs.
 */
export class ImageTree {
  readonly nodes = new Map<string, ImageNode>();
  readonly #whiteouts = new Set<string>();
  readonly #opaque = new Set<string>();
  /** Whether what lower layers have in a folder shows, while one layer is taken in. */
  readonly #shows = new Map<string, boolean>();

  /** Whether a file of the next lower layer at `path` shows in the image. */
  isVisible(path: string): boolean {
    return (
      !this.nodes.has(path) &&
      !this.#whiteouts.has(path) &&
      this.#showsInside(path.slice(0, path.lastIndexOf('/')))
    );
  }

  /** Takes the next lower layer in. */
  addBelow(layer: LayerTree): void {
    const ends: string[] = [];
    for (const [path, node] of layer.nodes) {
      if (this.isVisible(path)) this.nodes.set(path, node);
      // Folders of higher layers are joined with those below only down to the first that has something else there.
      else if (node.kind !== 'folder' && this.nodes.get(path)?.kind === 'folder') ends.push(path);
    }
    for (const path of layer.whiteouts) this.#whiteouts.add(path);
    for (const path of [...layer.opaque, ...ends]) this.#opaque.add(path);
    this.#shows.clear();
  }

  #showsInside(folder: string): boolean {
    const known = this.#shows.get(folder);
    if (known !== undefined) return known;
    const node = this.nodes.get(folder);
    const isOpen =
      (node === undefined || node.kind === 'folder') &&
      !this.#opaque.has(folder) &&
      !this.#whiteouts.has(folder) &&
      (folder === '' || this.#showsInside(folder.slice(0, folder.lastIndexOf('/'))));
    this.#shows.set(folder, isOpen);
    return isOpen;
  }
}

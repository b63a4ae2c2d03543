import type { Wants } from '../../core/ports.ts';
import { type ExportIndex, folderOf, resolveInIndex } from './export-index.ts';

/** Where what is wanted stands under another name than the one it is wanted by. */
export interface ExportTargets {
  /** Path in the tar → the names under which it is to be given. */
  readonly names: ReadonlyMap<string, readonly string[]>;
  /** Folder in the tar → the wanted folders that lead there. */
  readonly folders: ReadonlyMap<string, readonly string[]>;
  /** Wanted paths whose links go round in a circle. */
  readonly loops: readonly string[];
}

interface Known {
  readonly wants: Wants;
  readonly index: ExportIndex;
  readonly given: ReadonlySet<string>;
  /** Hard links that are wanted by their own name. */
  readonly wantedLinks: readonly string[];
}

/** What a second pass has to look for, after a first one has learned the links. */
export function findTargets(known: Known): ExportTargets {
  const { wants, index } = known;
  const names = new Map<string, string[]>();
  const folders = new Map<string, string[]>();
  const loops: string[] = [];
  for (const path of new Set([...wants.paths, ...known.wantedLinks])) {
    const target = known.given.has(path) ? path : resolveToContent(index, path);
    if (target === undefined) loops.push(path);
    else if (target !== path) add(names, target, path);
  }
  for (const folder of wants.folders) {
    const real = resolveInIndex(index, folder);
    if (real === undefined) loops.push(folder);
    else if (real !== folder) add(folders, real, folder);
  }
  for (const [link, first] of index.hardLinks)
    for (const name of targetNames({ names: new Map(), folders, loops }, link)) add(names, first, name);
  return { names, folders, loops };
}

function resolveToContent(index: ExportIndex, path: string): string | undefined {
  const real = resolveInIndex(index, path);
  return real === undefined ? undefined : (index.hardLinks.get(real) ?? real);
}

/** The names under which `path` is to be given. */
export function targetNames({ names, folders }: ExportTargets, path: string): readonly string[] {
  const folder = folderOf(path);
  const inFolders = (folders.get(folder) ?? []).map((wanted) => wanted + path.slice(folder.length));
  return [...new Set([...(names.get(path) ?? []), ...inFolders])];
}

function add(to: Map<string, string[]>, key: string, name: string): void {
  const there = to.get(key);
  if (there === undefined) to.set(key, [name]);
  else there.push(name);
}

import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  statfsSync,
} from 'node:fs';
import { resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { DrydockError } from '../core/errors.ts';
import type { CollectedFile, ImageFiles, Wants } from '../core/ports.ts';
import { resolveLinks, type Standing } from './resolve-links.ts';
import { createWantedPath } from './wanted-path.ts';

const MAX_DEPTH = 256;
const MAX_ENTRIES = 2_000_000;
/** After so many folders the walk lets others have a turn. */
const FOLDERS_A_TURN = 256;
/** A FIFO must not hold the reader, a link must not lead it, a terminal must not adopt it. */
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;
/** proc, sysfs, cgroup, cgroup2, devpts, debugfs, tracefs, securityfs: kernel views. Source: linux/magic.h */
const KERNEL_VIEWS = new Set([
  0x9fa0, 0x62656572, 0x27e0eb, 0x63677270, 0x1cd1, 0x64626720, 0x74726163, 0x73636673,
]);

/** Thrown to end a walk that has given all that it may. */
class Enough extends Error {}

/**
 * The files of a plain root filesystem in a folder of this machine. Its content is hostile, but must not change while it
 * is read: no process may live in it. Kernel views mounted inside (`/proc` of this machine's own root) are left out.
 * Throws `file-unreadable` when `root` is no folder.
 */
export function createFolderFiles(root: string): ImageFiles {
  const base = resolve(root);
  try {
    if (!lstatSync(`${base}/`).isDirectory()) throw new Error('it is no folder');
  } catch (error) {
    throw new DrydockError(
      'file-unreadable',
      `A root filesystem was expected in the folder ${root}, got none.`,
      {
        cause: error,
      },
    );
  }
  return { collect: (wants) => walk(base === '/' ? '' : base, wants) };
}

async function* walk(base: string, wants: Wants): AsyncGenerator<CollectedFile> {
  const read = createReader(base, wants);
  const given = new Set<string>();
  try {
    for await (const found of findWanted(base, wants)) {
      if (given.has(found.path)) continue;
      given.add(found.path);
      yield 'kind' in found ? found : read(found);
    }
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
    yield unreadable('/', error);
  }
}

/** Something to be read: the name that it was asked for by, and its link-free path. */
interface Place {
  readonly path: string;
  readonly real: string;
}

/** Everything that is wanted, perhaps more than once. */
async function* findWanted(base: string, wants: Wants): AsyncGenerator<Place | CollectedFile> {
  for (const path of wants.paths) yield* findExact(base, path);
  for (const folder of wants.folders) yield* listWantedFolder(base, folder);
  if (wants.basenames.length === 0 && wants.suffixes.length === 0) return;
  const isWanted = createWantedPath(wants);
  for await (const found of listTree(base)) {
    if ('kind' in found) yield found;
    else for (const path of found.filter(isWanted)) yield { path, real: path };
  }
}

type Read = (place: Place) => CollectedFile;

function createReader(base: string, wants: Wants): Read {
  let roomBytes = wants.maxTotalBytes;
  return ({ path, real }) => {
    try {
      // Looked at before it is opened: opening a device can have effects of its own.
      if (!lstatSync(base + real).isFile()) throw new Error('it is not a regular file');
      const fd = openSync(base + real, OPEN_FLAGS);
      try {
        const stats = fstatSync(fd);
        if (!stats.isFile()) throw new Error('it is not a regular file any more');
        const sizeBytes = stats.size;
        if (sizeBytes > wants.maxFileBytes) return { kind: 'file', path, sizeBytes, content: null };
        if (sizeBytes > roomBytes)
          throw new Enough(`the wanted files have more than ${wants.maxTotalBytes} bytes together`);
        const content = readBounded(fd, sizeBytes);
        roomBytes -= content.length;
        return { kind: 'file', path, sizeBytes, content };
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      if (error instanceof Enough) throw error;
      return unreadable(path, error);
    }
  };
}

function readBounded(fd: number, sizeBytes: number): Uint8Array {
  const content = new Uint8Array(sizeBytes);
  let filled = 0;
  while (filled < sizeBytes) {
    const count = readSync(fd, content, filled, sizeBytes - filled, null);
    if (count === 0) break;
    filled += count;
  }
  return content.subarray(0, filled);
}

function findExact(base: string, path: string): readonly (Place | CollectedFile)[] {
  try {
    const real = resolveLinks(path, (each) => standingAt(base + each));
    return real === undefined ? [] : [{ path, real }];
  } catch (error) {
    return [unreadable(path, error)];
  }
}

/** The files of a wanted folder, under the name that was asked for, whatever links lead to it. */
function listWantedFolder(base: string, folder: string): readonly (Place | CollectedFile)[] {
  try {
    const real = resolveLinks(folder, (each) => standingAt(base + each));
    if (real === undefined || !lstatSync(base + real).isDirectory()) return [];
    return readdirSync(base + real, { withFileTypes: true })
      .filter((entry) => !entry.isDirectory() && !entry.isSymbolicLink())
      .map(({ name }) => ({ path: `${folder}/${name}`, real: `${real}/${name}` }));
  } catch (error) {
    return [unreadable(folder, error)];
  }
}

function standingAt(path: string): Standing {
  try {
    return lstatSync(path).isSymbolicLink()
      ? { kind: 'link', target: readlinkSync(path) }
      : { kind: 'something' };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { kind: 'nothing' };
    throw error;
  }
}

interface Folder {
  readonly path: string;
  readonly depth: number;
  readonly device: number;
}

/** Folder by folder the paths of what is neither folder nor link, or that it could not be listed. */
async function* listTree(base: string): AsyncGenerator<readonly string[] | CollectedFile> {
  const open: Folder[] = [{ path: '', depth: 0, device: lstatSync(base || '/').dev }];
  let entries = 0;
  let turns = 0;
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    turns += 1;
    if (turns % FOLDERS_A_TURN === 0) await setImmediate();
    const listed = listFolder(base, folder);
    if ('why' in listed) {
      yield { kind: 'unreadable', path: folder.path || '/', why: listed.why };
      continue;
    }
    entries += listed.files.length + listed.folders.length;
    if (entries > MAX_ENTRIES) throw new Enough(`there are more than ${MAX_ENTRIES} files and folders`);
    yield listed.files;
    open.push(...listed.folders);
  }
}

type Listing =
  | { readonly files: readonly string[]; readonly folders: readonly Folder[] }
  | { readonly why: string };

function listFolder(base: string, { path, depth, device }: Folder): Listing {
  const files: string[] = [];
  const folders: Folder[] = [];
  try {
    if (depth > MAX_DEPTH) throw new Error(`it is deeper than ${MAX_DEPTH} folders`);
    const real = base + path || '/';
    const stats = lstatSync(real);
    if (!stats.isDirectory()) throw new Error('it is no folder any more');
    if (stats.dev !== device && KERNEL_VIEWS.has(statfsSync(real).type)) return { files, folders };
    for (const child of readdirSync(real, { withFileTypes: true })) {
      const childPath = `${path}/${child.name}`;
      if (child.isDirectory()) folders.push({ path: childPath, depth: depth + 1, device: stats.dev });
      else if (!child.isSymbolicLink()) files.push(childPath);
    }
    return { files, folders };
  } catch (error) {
    return { why: reason(error) };
  }
}

function unreadable(path: string, error: unknown): CollectedFile {
  return { kind: 'unreadable', path, why: reason(error) };
}

function reason(error: unknown): string {
  const why = error instanceof Error ? error.message : String(error);
  // What follows in a system error is a path of this machine, not of the image.
  return why.replace(/^(E[A-Z]+: [^,]*), .*$/s, '$1');
}

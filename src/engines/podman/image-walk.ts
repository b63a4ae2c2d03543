import { closeSync, type Dirent, lstatSync, readdirSync, readlinkSync, type Stats } from 'node:fs';
import type { CollectedFile, Wants } from '../../core/ports.ts';
import { openRegularFile, readBounded, specialKind } from './result-file.ts';

const MAX_LINKS = 40;
const MAX_DEPTH = 256;
const MAX_ENTRIES = 2_000_000;

interface WalkOptions {
  /** The folder where the image is mounted, read-only and with nobody in it. Hostile throughout. */
  readonly root: string;
  readonly wants: Wants;
  /** A body above this is not carried. */
  readonly maxBodyBytes: number;
}

/** Thrown to end a walk that has given all that it may. */
class Enough extends Error {}

/** Every wanted file of an image's root, one at a time. Nothing outside the root is ever opened. */
export function* walkImage(options: WalkOptions): Generator<CollectedFile> {
  const read = createReader(options);
  const given = new Set<string>();
  try {
    for (const path of options.wants.paths)
      yield* once(given, path, () => exactFile(options.root, path, read));
    for (const folder of options.wants.folders) yield* linkedFolder(options.root, folder, read, given);
    yield* walkTree(options, read, given);
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
    yield unreadable('/', error);
  }
}

type Read = (path: string, realPath: string) => CollectedFile;

function* once(
  given: Set<string>,
  path: string,
  give: () => CollectedFile | undefined,
): Generator<CollectedFile> {
  if (given.has(path)) return;
  const file = give();
  if (file === undefined) return;
  given.add(path);
  yield file;
}

function createReader({ root, wants, maxBodyBytes }: WalkOptions): Read {
  const maxFileBytes = Math.min(wants.maxFileBytes, maxBodyBytes);
  let roomBytes = wants.maxTotalBytes;
  return (path, realPath) => {
    try {
      const { fd, stats } = openRegularFile(root + realPath);
      try {
        if (stats.size > maxFileBytes) return { kind: 'file', path, sizeBytes: stats.size, content: null };
        if (stats.size > roomBytes)
          throw new Enough(`the wanted files have more than ${wants.maxTotalBytes} bytes together`);
        const content = readBounded(fd, stats.size);
        roomBytes -= content.length;
        return { kind: 'file', path, sizeBytes: stats.size, content };
      } finally {
        closeSync(fd);
      }
    } catch (error) {
      if (error instanceof Enough) throw error;
      return unreadable(path, error);
    }
  };
}

function exactFile(root: string, path: string, read: Read): CollectedFile | undefined {
  try {
    const realPath = resolveInside(root, path);
    return realPath === undefined ? undefined : read(path, realPath);
  } catch (error) {
    if (error instanceof Enough) throw error;
    return unreadable(path, error);
  }
}

/** A wanted folder that is reached through links: the walk itself does not come by under that name. */
function* linkedFolder(
  root: string,
  folder: string,
  read: Read,
  given: Set<string>,
): Generator<CollectedFile> {
  let realPath: string | undefined;
  let names: Dirent[] = [];
  try {
    realPath = resolveInside(root, folder);
    if (realPath === undefined || realPath === folder) return;
    if (!lstatSync(root + realPath).isDirectory()) return;
    names = readdirSync(root + realPath, { withFileTypes: true });
  } catch (error) {
    yield unreadable(folder, error);
    return;
  }
  for (const entry of names) {
    const path = `${folder}/${entry.name}`;
    if (entry.isFile()) yield* once(given, path, () => read(path, `${realPath}/${entry.name}`));
  }
}

interface Folder {
  readonly path: string;
  readonly depth: number;
}

function* walkTree({ root, wants }: WalkOptions, read: Read, given: Set<string>): Generator<CollectedFile> {
  const isWanted = createMatcher(wants);
  const open: Folder[] = [{ path: '', depth: 0 }];
  let entries = 0;
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const children = listFolder(root, folder);
    if ('kind' in children) {
      yield children;
      continue;
    }
    entries += children.length;
    if (entries > MAX_ENTRIES) throw new Enough(`there are more than ${MAX_ENTRIES} files and folders`);
    for (const child of children) {
      const path = `${folder.path}/${child.name}`;
      if (child.isDirectory()) open.push({ path, depth: folder.depth + 1 });
      else if (!child.isSymbolicLink() && isWanted(folder.path, child.name))
        yield* once(given, path, () => read(path, path));
    }
  }
}

function listFolder(root: string, { path, depth }: Folder): Dirent[] | CollectedFile {
  if (depth > MAX_DEPTH) return unreadable(path, new Error(`it is deeper than ${MAX_DEPTH} folders`));
  try {
    return readdirSync(root + (path || '/'), { withFileTypes: true });
  } catch (error) {
    return unreadable(path || '/', error);
  }
}

function createMatcher(wants: Wants): (folder: string, name: string) => boolean {
  const folders = new Set(wants.folders);
  const basenames = new Set(wants.basenames);
  const nameEndings = wants.suffixes.filter((suffix) => !suffix.includes('/'));
  const pathEndings = wants.suffixes
    .filter((suffix) => suffix.includes('/'))
    .map((suffix) => ({
      folder: suffix.slice(0, suffix.lastIndexOf('/')),
      name: suffix.slice(suffix.lastIndexOf('/') + 1),
    }));
  return (folder, name) =>
    folders.has(folder) ||
    basenames.has(name) ||
    nameEndings.some((ending) => name.endsWith(ending)) ||
    pathEndings.some((ending) => ending.name === name && folder.endsWith(ending.folder));
}

/**
 * The link-free path, from the root, of `path`, whose links are resolved as a process inside the root would resolve
 * them: `..` stops at the root, absolute links start at it. Undefined when there is no such file. Throws on a loop.
 */
export function resolveInside(root: string, path: string): string | undefined {
  const pending = path.split('/').reverse();
  const real: string[] = [];
  let links = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      real.pop();
      continue;
    }
    const stats = lstatOrNothing(`${root}/${[...real, name].join('/')}`);
    if (stats === undefined) return undefined;
    if (!stats.isSymbolicLink()) {
      real.push(name);
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) throw new Error(`it goes through more than ${MAX_LINKS} symbolic links`);
    const target = readlinkSync(`${root}/${[...real, name].join('/')}`);
    if (target.startsWith('/')) real.length = 0;
    pending.push(...target.split('/').reverse());
  }
  return `/${real.join('/')}`;
}

function lstatOrNothing(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch (error) {
    // What should be a folder on the way is a file.
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Folders that an engine mounts over; as links they have led engines out of the image (CVE-2026-41579). */
const MOUNT_POINTS = ['/dev', '/proc', '/sys', '/etc', '/data', '/tmp'];
/** Files that an engine reads itself to look up users (CVE-2024-9676). */
const USER_FILES = ['/etc/passwd', '/etc/group'];
const MAX_USER_FILE_BYTES = 1024 * 1024;

/** Why an engine must not start this root, in words, or null. */
export function findDangerInRoot(root: string): string | null {
  for (const path of MOUNT_POINTS) {
    const stats = lstatSync(root + path, { throwIfNoEntry: false });
    if (stats !== undefined && !stats.isDirectory())
      return `${path} in the image is ${specialKind(stats) ?? 'a file'}; a folder or nothing was expected`;
  }
  for (const path of USER_FILES) {
    const found = lstatOrNothing(root + path);
    if (found === undefined) continue;
    // A link that leads nowhere in the image leads an engine somewhere else.
    const realPath = resolveInside(root, path);
    const stats = realPath === undefined ? found : lstatSync(root + realPath);
    const kind = specialKind(stats);
    if (kind !== null) return `${path} in the image is ${kind}; a regular file or nothing was expected`;
    if (stats.size > MAX_USER_FILE_BYTES)
      return `${path} in the image has ${stats.size} bytes; at most ${MAX_USER_FILE_BYTES} were expected`;
  }
  return null;
}

function unreadable(path: string, error: unknown): CollectedFile {
  const why = error instanceof Error ? error.message : String(error);
  // The rest of a system error is a path of ours, not of the image.
  return { kind: 'unreadable', path, why: why.replace(/^(E[A-Z]+: [^,]*), .*$/s, '$1') };
}

import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats } from 'node:fs';
import type { ResultFile } from '../../core/outcome.ts';

/** Never follows a link, never waits for a FIFO, never takes a terminal. */
const CAREFUL = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK | constants.O_NOCTTY;

/** What a file is, in a word for people, or null for a regular file. */
export function specialKind(stats: Stats): string | null {
  if (stats.isFile()) return null;
  if (stats.isSymbolicLink()) return 'a symbolic link';
  if (stats.isDirectory()) return 'a folder';
  if (stats.isFIFO()) return 'a FIFO';
  if (stats.isSocket()) return 'a socket';
  return 'a device';
}

/**
 * Opens a regular file that nobody trusts and gives its descriptor and size. Throws an `Error` that says what it
 * found instead. The folders of `path` must not be links: the caller has walked them.
 */
export function openRegularFile(path: string): { readonly fd: number; readonly stats: Stats } {
  const before = specialKind(lstatSync(path));
  if (before !== null) throw new Error(`it is ${before}, not a regular file`);
  const fd = openSync(path, CAREFUL);
  try {
    const stats = fstatSync(fd);
    const kind = specialKind(stats);
    if (kind !== null) throw new Error(`it is ${kind}, not a regular file`);
    return { fd, stats };
  } catch (error) {
    closeSync(fd);
    throw error;
  }
}

/** Reads at most `maxBytes` from the start of an open file. */
export function readBounded(fd: number, maxBytes: number): Buffer {
  const buffer = Buffer.alloc(maxBytes);
  let filled = 0;
  while (filled < maxBytes) {
    const count = readSync(fd, buffer, filled, maxBytes - filled, filled);
    if (count === 0) break;
    filled += count;
  }
  return buffer.subarray(0, filled);
}

/** Takes the result file `name` of a folder whose every user is dead. Whatever is odd about it is a refusal. */
export function takeResultFile(folder: string, name: string, maxBytes: number): ResultFile {
  try {
    const { fd, stats } = openRegularFile(`${folder}/${name}`);
    try {
      if (stats.nlink !== 1)
        return { kind: 'refused', why: `it has ${stats.nlink} names (hard links), not one` };
      if (stats.size > maxBytes)
        return { kind: 'refused', why: `it has ${stats.size} bytes, more than ${maxBytes}` };
      const content = readBounded(fd, maxBytes + 1);
      if (content.length > maxBytes) return { kind: 'refused', why: `it has more than ${maxBytes} bytes` };
      return { kind: 'file', content };
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return { kind: 'missing' };
    return { kind: 'refused', why: error instanceof Error ? error.message : String(error) };
  }
}

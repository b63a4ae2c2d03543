import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { DrydockError } from '../core/errors.ts';
import { resolveLinks } from './resolve-links.ts';
import { createExtendedHeaders, MAX_EXTENDED_BYTES, type TarEntry } from './tar/extended-headers.ts';
import { BLOCK_BYTES, damaged, parseHeader } from './tar/header.ts';

const MAX_BLOBS = 100_000;
const READ_BYTES = 1024 * 1024;
const OPEN_FLAGS = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The named byte sequences that an image in an archive or folder consists of. Disposing closes what is open. */
export interface Blobs extends AsyncDisposable {
  /** Bytes of the blob, undefined when there is none of that name. */
  size(name: string): Promise<number | undefined>;
  /** Its bytes as they come. Throws `input-invalid` when there is none or it is shorter than was said. */
  stream(name: string): AsyncIterable<Uint8Array>;
}

/** The whole of a small blob. Throws `input-invalid` when there is none or it is larger than `maxBytes`. */
export async function readBlob(blobs: Blobs, name: string, maxBytes: number): Promise<Uint8Array> {
  const sizeBytes = await blobs.size(name);
  if (sizeBytes === undefined) throw missing(name);
  if (sizeBytes > maxBytes)
    throw new DrydockError(
      'input-invalid',
      `${shown(name)} in the archive was expected to have at most ${maxBytes} bytes, it has ${sizeBytes}.`,
    );
  return Buffer.concat(await Array.fromAsync(blobs.stream(name)));
}

/** The blobs of an OCI layout in a folder. Names are relative paths without `..`; links are not followed. */
export function openFolderBlobs(folder: string): Blobs {
  const openBlob = async (name: string): Promise<FileHandle | undefined> => {
    if (!/^[A-Za-z0-9_-][A-Za-z0-9._-]*(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/.test(name)) return undefined;
    const file = await open(join(folder, name), OPEN_FLAGS).catch(() => undefined);
    if ((await file?.stat())?.isFile() === true) return file;
    await file?.close();
    return undefined;
  };
  return {
    size: async (name) => {
      await using file = await openBlob(name);
      return (await file?.stat())?.size;
    },
    async *stream(name) {
      await using file = await openBlob(name);
      if (file === undefined) throw missing(name);
      const { size } = await file.stat();
      yield* readRange(file, 0, size);
    },
    [Symbol.asyncDispose]: async () => undefined,
  };
}

interface Range {
  readonly start: number;
  readonly sizeBytes: number;
}

/**
 * The blobs of a plain tar on disk: its headers are read once, contents only when asked for, from where they stand.
 * Links between blobs, as old Docker wrote them, are followed inside the archive. Throws `input-invalid`.
 */
export async function openTarBlobs(file: FileHandle): Promise<Blobs> {
  const { ranges, links } = await indexTar(file);
  const find = (name: string): Range | undefined => {
    const real = resolveLinks(name, (path) => {
      const target = links.get(path);
      return target === undefined ? { kind: 'something' } : { kind: 'link', target };
    });
    return real === undefined ? undefined : ranges.get(real);
  };
  return {
    size: async (name) => find(name)?.sizeBytes,
    async *stream(name) {
      const range = find(name);
      if (range === undefined) throw missing(name);
      yield* readRange(file, range.start, range.sizeBytes);
    },
    [Symbol.asyncDispose]: () => file.close(),
  };
}

async function indexTar(
  file: FileHandle,
): Promise<{ readonly ranges: ReadonlyMap<string, Range>; readonly links: ReadonlyMap<string, string> }> {
  const ranges = new Map<string, Range>();
  const links = new Map<string, string>();
  const { size } = await file.stat();
  let count = 0;
  for await (const { entry, start } of tarHeaders(file, size)) {
    count += 1;
    if (count > MAX_BLOBS) throw damaged(`at most ${MAX_BLOBS} entries were expected around the layers`);
    const name = `/${entry.path
      .split('/')
      .filter((part) => part !== '' && part !== '.')
      .join('/')}`;
    if (entry.kind === 'file' && !entry.isSparse) ranges.set(name, { start, sizeBytes: entry.sizeBytes });
    else if (entry.kind === 'link') links.set(name, entry.linkPath);
    else if (entry.kind === 'hard-link') links.set(name, `/${entry.linkPath}`);
  }
  return { ranges, links };
}

async function* tarHeaders(
  file: FileHandle,
  fileBytes: number,
): AsyncGenerator<{ readonly entry: TarEntry; readonly start: number }> {
  const extended = createExtendedHeaders();
  const block = new Uint8Array(BLOCK_BYTES);
  for (let at = 0; at < fileBytes; ) {
    await fill(file, block, at);
    const header = parseHeader(block);
    if (header === null) return;
    const start = at + BLOCK_BYTES;
    const entry = extended.isExtended(header) ? null : extended.apply(header);
    const sizeBytes = entry?.sizeBytes ?? header.sizeBytes;
    if (start + sizeBytes > fileBytes) throw damaged('it ends in the middle of an entry');
    if (entry !== null) yield { entry, start };
    else {
      if (sizeBytes > MAX_EXTENDED_BYTES) throw damaged('an extended header is too large');
      const content = new Uint8Array(sizeBytes);
      await fill(file, content, start);
      extended.take(header, content);
    }
    at = start + Math.ceil(sizeBytes / BLOCK_BYTES) * BLOCK_BYTES;
  }
}

async function fill(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let filled = 0; filled < bytes.length; ) {
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, position + filled);
    if (bytesRead === 0) throw damaged('it ends in the middle of an entry');
    filled += bytesRead;
  }
}

async function* readRange(file: FileHandle, start: number, sizeBytes: number): AsyncGenerator<Uint8Array> {
  for (let done = 0; done < sizeBytes; ) {
    const part = new Uint8Array(Math.min(READ_BYTES, sizeBytes - done));
    await fill(file, part, start + done);
    done += part.length;
    yield part;
  }
}

function missing(name: string): DrydockError {
  return new DrydockError(
    'input-invalid',
    `${shown(name)} was expected in the archive, it is not there: the archive is not whole. Save the image again.`,
  );
}

function shown(name: string): string {
  return JSON.stringify(name.slice(0, 200));
}

import type { FileHandle } from 'node:fs/promises';
import { crc32, inflateRawSync } from 'node:zlib';
import { DrydockError } from '../../core/errors.ts';

/** One file of a ZIP archive. */
export interface ZipEntry {
  readonly name: string;
  readonly content: Buffer;
}

export interface ZipLimits {
  readonly maxEntries: number;
  /** Of one file, unpacked. */
  readonly maxEntryBytes: number;
  /** Of the list of files. */
  readonly maxDirectoryBytes: number;
}

/**
 * The files of a ZIP archive, one at a time. Untrusted: names are only told, sizes and counts are bounded, what
 * contradicts itself is refused (`input-invalid`). Takes stored and deflated files, and ZIP64.
 * Source: APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.
 */
export async function* readZip(file: FileHandle, limits: ZipLimits): AsyncIterable<ZipEntry> {
  const readAt = createReader(file);
  const directory = await findDirectory(readAt, (await file.stat()).size);
  if (directory.sizeBytes > limits.maxDirectoryBytes || directory.count > limits.maxEntries)
    throw refused(`its list has ${directory.count} files and ${directory.sizeBytes} bytes`);
  const list = await readAt(directory.offset, directory.sizeBytes);
  let at = 0;
  for (let index = 0; index < directory.count; index += 1) {
    const header = parseDirectoryHeader(list, at);
    at = header.end;
    if (header.name.endsWith('/')) continue;
    if (header.sizeBytes > limits.maxEntryBytes) throw refused(`${header.name.slice(0, 80)} is too large`);
    yield { name: header.name, content: await readEntry(readAt, header, limits.maxEntryBytes) };
  }
}

interface Directory {
  readonly offset: number;
  readonly sizeBytes: number;
  readonly count: number;
}

const END_BYTES = 22;
const MAX_COMMENT_BYTES = 65_535;
const ZIP64_LOCATOR_BYTES = 20;

async function findDirectory(readAt: ReadAt, size: number): Promise<Directory> {
  const tailBytes = Math.min(size, END_BYTES + MAX_COMMENT_BYTES + ZIP64_LOCATOR_BYTES);
  const tail = await readAt(size - tailBytes, tailBytes);
  const end = tail.lastIndexOf('PK\u0005\u0006', tail.length - END_BYTES, 'latin1');
  if (end < 0) throw refused('it has no end record');
  const locator = end - ZIP64_LOCATOR_BYTES;
  if (locator >= 0 && tail.readUInt32LE(locator) === 0x07064b50) {
    const wide = await readAt(Number(tail.readBigUInt64LE(locator + 8)), 56);
    if (wide.readUInt32LE(0) !== 0x06064b50) throw refused('its ZIP64 end record is not where it should be');
    const [count, sizeBytes, offset] = [32, 40, 48].map((position) => Number(wide.readBigUInt64LE(position)));
    return { count: count ?? 0, sizeBytes: sizeBytes ?? 0, offset: offset ?? 0 };
  }
  return {
    count: tail.readUInt16LE(end + 10),
    sizeBytes: tail.readUInt32LE(end + 12),
    offset: tail.readUInt32LE(end + 16),
  };
}

interface EntryHeader {
  readonly name: string;
  readonly method: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  readonly checksum: number;
  readonly offset: number;
  /** Where the next header starts. */
  readonly end: number;
}

function parseDirectoryHeader(list: Buffer, at: number): EntryHeader {
  if (at + 46 > list.length || list.readUInt32LE(at) !== 0x02014b50)
    throw refused('its list of files is cut short');
  const nameEnd = at + 46 + list.readUInt16LE(at + 28);
  const extraEnd = nameEnd + list.readUInt16LE(at + 30);
  const name = list.toString('utf8', at + 46, nameEnd);
  const sizes = readWideSizes(list.subarray(nameEnd, extraEnd), [
    list.readUInt32LE(at + 24),
    list.readUInt32LE(at + 20),
    list.readUInt32LE(at + 42),
  ]);
  const [sizeBytes = 0, packedBytes = 0, offset = 0] = sizes;
  const method = list.readUInt16LE(at + 10);
  const checksum = list.readUInt32LE(at + 16);
  return {
    name,
    method,
    packedBytes,
    sizeBytes,
    checksum,
    offset,
    end: extraEnd + list.readUInt16LE(at + 32),
  };
}

/** ZIP64 moves each number that does not fit in 32 bits to the extra field, in this order. */
function readWideSizes(extra: Buffer, narrow: readonly number[]): readonly number[] {
  if (!narrow.includes(0xffffffff)) return narrow;
  let at = 0;
  while (at + 4 <= extra.length && extra.readUInt16LE(at) !== 1) at += 4 + extra.readUInt16LE(at + 2);
  at += 4;
  return narrow.map((value) => {
    if (value !== 0xffffffff) return value;
    if (at + 8 > extra.length) throw refused('a ZIP64 field is missing');
    at += 8;
    return Number(extra.readBigUInt64LE(at - 8));
  });
}

const STORED = 0;
const DEFLATED = 8;

async function readEntry(readAt: ReadAt, header: EntryHeader, maxEntryBytes: number): Promise<Buffer> {
  const local = await readAt(header.offset, 30);
  if (local.readUInt32LE(0) !== 0x04034b50)
    throw refused(`${header.name.slice(0, 80)} is not where the list says`);
  const start = header.offset + 30 + local.readUInt16LE(26) + local.readUInt16LE(28);
  if (header.packedBytes > maxEntryBytes) throw refused(`${header.name.slice(0, 80)} is too large`);
  const packed = await readAt(start, header.packedBytes);
  const content = unpack(header, packed, maxEntryBytes);
  if (content.length !== header.sizeBytes || crc32(content) !== header.checksum)
    throw refused(`${header.name.slice(0, 80)} is not what its checksum says`);
  return content;
}

function unpack({ name, method }: EntryHeader, packed: Buffer, maxEntryBytes: number): Buffer {
  if (method === STORED) return Buffer.from(packed);
  if (method !== DEFLATED) throw refused(`${name.slice(0, 80)} is packed by the method ${method}`);
  try {
    return inflateRawSync(packed, { maxOutputLength: maxEntryBytes });
  } catch (cause) {
    throw refused(`${name.slice(0, 80)} can't be unpacked`, cause);
  }
}

/** Gives just these bytes, or refuses the archive. They are never overwritten. */
type ReadAt = (position: number, length: number) => Promise<Buffer>;

/** Files lie one after the other: so much is read at once. Two reads for each took half of the time of an index. */
const WINDOW_BYTES = 4 * 1024 * 1024;

function createReader(file: FileHandle): ReadAt {
  let window = Buffer.alloc(0);
  let start = 0;
  return async (position, length) => {
    if (!Number.isSafeInteger(position) || position < 0) throw refused('it points outside itself');
    if (position < start || position + length > start + window.length) {
      const buffer = Buffer.allocUnsafe(Math.max(length, WINDOW_BYTES));
      const { bytesRead } = await file.read(buffer, 0, buffer.length, position);
      window = buffer.subarray(0, bytesRead);
      start = position;
    }
    if (position + length > start + window.length) throw refused('it is cut short');
    return window.subarray(position - start, position - start + length);
  };
}

function refused(why: string, cause?: unknown): DrydockError {
  return new DrydockError('input-invalid', `A ZIP archive of advisories was expected, but ${why}.`, {
    cause,
  });
}

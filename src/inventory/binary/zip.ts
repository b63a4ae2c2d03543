import { inflateRawSync } from 'node:zlib';

const END_BYTES = 22;
/** A comment of at most 64 KiB may follow the end record. */
const END_SEARCH_BYTES = END_BYTES + 0xffff;
const MAX_ENTRIES = 100_000;

/** One file in a zip, by its central directory. */
export interface ZipEntry {
  readonly name: string;
  readonly sizeBytes: number;
  /** Its content. Throws an `Error` when it is damaged, encrypted, or longer than it says. */
  readonly read: () => Uint8Array;
}

/**
 * The entries of a zip in memory, in the order of its central directory; bytes before it, as in self-starting archives,
 * are fine. Hostile: at most 100,000 entries, and no entry is read before it is asked for. Throws an `Error` for what
 * is no zip and for ZIP64, which no Java archive needs. Source: PKWARE APPNOTE 6.3.10.
 */
export function* zipEntries(content: Uint8Array): Generator<ZipEntry> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const { count, start, shift } = findDirectory(bytes);
  for (let at = start, index = 0; index < count; index += 1) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== 0x02014b50)
      throw new Error('an entry of the central directory was expected');
    const nameEnd = at + 46 + bytes.readUInt16LE(at + 28);
    const entry = {
      flags: bytes.readUInt16LE(at + 8),
      method: bytes.readUInt16LE(at + 10),
      packedBytes: bytes.readUInt32LE(at + 20),
      sizeBytes: bytes.readUInt32LE(at + 24),
      header: bytes.readUInt32LE(at + 42) + shift,
    };
    yield {
      name: bytes.toString('utf8', at + 46, nameEnd),
      sizeBytes: entry.sizeBytes,
      read: () => readEntry(bytes, entry),
    };
    at = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
}

interface Place {
  readonly flags: number;
  readonly method: number;
  readonly packedBytes: number;
  readonly sizeBytes: number;
  readonly header: number;
}

function findDirectory(bytes: Buffer): {
  readonly count: number;
  readonly start: number;
  readonly shift: number;
} {
  const from = Math.max(0, bytes.length - END_SEARCH_BYTES);
  const end = bytes.lastIndexOf('PK\u0005\u0006', bytes.length, 'latin1');
  if (end < from || end + END_BYTES > bytes.length) throw new Error('the end of a zip was expected');
  const count = bytes.readUInt16LE(end + 10);
  const sizeBytes = bytes.readUInt32LE(end + 12);
  const told = bytes.readUInt32LE(end + 16);
  if (told === 0xffffffff || count === 0xffff) throw new Error('ZIP64 is not read');
  const start = end - sizeBytes;
  if (start < told || count > MAX_ENTRIES) throw new Error('a central directory inside the zip was expected');
  return { count, start, shift: start - told };
}

function readEntry(bytes: Buffer, { flags, method, packedBytes, sizeBytes, header }: Place): Uint8Array {
  if ((flags & 1) !== 0) throw new Error('it is encrypted');
  if (header + 30 > bytes.length || bytes.readUInt32LE(header) !== 0x04034b50)
    throw new Error('a local header was expected');
  const start = header + 30 + bytes.readUInt16LE(header + 26) + bytes.readUInt16LE(header + 28);
  const packed = bytes.subarray(start, start + packedBytes);
  if (packed.length !== packedBytes) throw new Error('it ends in the middle');
  if (method === 0 && packedBytes === sizeBytes) return packed;
  if (method !== 8) throw new Error(`it is packed by method ${method}`);
  return inflateRawSync(packed, { maxOutputLength: Math.max(1, sizeBytes) });
}

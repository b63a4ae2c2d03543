const MAGIC = 'SQLite format 3\0';
const LEAF = 0x0d;
const INTERIOR = 0x05;
const MAX_PAYLOAD_BYTES = 64 * 1024 * 1024;

/** A value of a row. Numbers beyond 32 bits are not read exactly: nothing here needs them. */
export type SqliteValue = null | number | string | Uint8Array;

/**
 * The rows of a table in a SQLite database in memory. Read here and not by SQLite itself, as the file is hostile: no SQL
 * of its schema is run, every page is visited once, and what leads in circles or out of the file is an `Error`.
 * A write-ahead log beside the file is not looked at. Source: sqlite.org/fileformat2.html
 */
export function* readTable(content: Uint8Array, table: string): Generator<readonly SqliteValue[]> {
  const database = openDatabase(content);
  for (const [type, name, , root] of rowsOf(database, 1))
    if (type === 'table' && name === table && typeof root === 'number') {
      yield* rowsOf(database, root);
      return;
    }
  throw new Error(`a table ${table} was expected`);
}

interface Database {
  readonly bytes: Buffer;
  readonly pageBytes: number;
  /** Of a page, without what is reserved for extensions. */
  readonly usableBytes: number;
  readonly visited: Set<number>;
}

function openDatabase(content: Uint8Array): Database {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  if (bytes.length < 512 || bytes.toString('latin1', 0, 16) !== MAGIC)
    throw new Error('a SQLite database was expected');
  const told = bytes.readUInt16BE(16);
  const pageBytes = told === 1 ? 65_536 : told;
  const usableBytes = pageBytes - bytes.readUInt8(20);
  if (pageBytes < 512 || (pageBytes & (pageBytes - 1)) !== 0 || usableBytes < 480)
    throw new Error('a page size that SQLite has was expected');
  if (bytes.readUInt32BE(56) > 1) throw new Error('a database in UTF-8 was expected');
  return { bytes, pageBytes, usableBytes, visited: new Set() };
}

/** A page by its number, from 1; each may be asked for once. */
function page({ bytes, pageBytes, visited }: Database, number: number): Buffer {
  const start = (number - 1) * pageBytes;
  if (number < 1 || start + pageBytes > bytes.length || visited.has(number))
    throw new Error(`page ${number} of the database leads out of it or in a circle`);
  visited.add(number);
  return bytes.subarray(start, start + pageBytes);
}

function* rowsOf(database: Database, root: number): Generator<readonly SqliteValue[]> {
  const open = [root];
  for (let number = open.pop(); number !== undefined; number = open.pop()) {
    const bytes = page(database, number);
    // The first page begins with the database's own header.
    const at = number === 1 ? 100 : 0;
    const type = bytes.readUInt8(at);
    const isLeaf = type === LEAF;
    if (!isLeaf && type !== INTERIOR) throw new Error(`page ${number} was expected to be of a table`);
    const cells = cellsOf(bytes, at, isLeaf);
    if (isLeaf) for (const cell of cells) yield readRow(database, bytes, cell);
    // Depth first, in the order of the keys: the first child is to be taken next.
    else open.push(bytes.readUInt32BE(at + 8), ...cells.map((cell) => bytes.readUInt32BE(cell)).reverse());
  }
}

function cellsOf(bytes: Buffer, at: number, isLeaf: boolean): readonly number[] {
  const start = at + (isLeaf ? 8 : 12);
  return Array.from({ length: bytes.readUInt16BE(at + 3) }, (_, index) =>
    bytes.readUInt16BE(start + index * 2),
  );
}

function readRow(database: Database, bytes: Buffer, cell: number): readonly SqliteValue[] {
  const size = varint(bytes, cell);
  const key = varint(bytes, size.end);
  return readRecord(readPayload(database, bytes, { start: key.end, sizeBytes: size.value }));
}

/** A payload, also when most of it stands on overflow pages. */
function readPayload(
  database: Database,
  bytes: Buffer,
  { start, sizeBytes }: { readonly start: number; readonly sizeBytes: number },
): Buffer {
  const { usableBytes } = database;
  if (sizeBytes > Math.min(MAX_PAYLOAD_BYTES, database.bytes.length))
    throw new Error(`a row of ${sizeBytes} bytes is more than is read`);
  if (sizeBytes <= usableBytes - 35) return whole(bytes, start, sizeBytes);
  const least = Math.floor(((usableBytes - 12) * 32) / 255) - 23;
  const fitting = least + ((sizeBytes - least) % (usableBytes - 4));
  const localBytes = fitting <= usableBytes - 35 ? fitting : least;
  const parts = [whole(bytes, start, localBytes)];
  let next = bytes.readUInt32BE(start + localBytes);
  for (let left = sizeBytes - localBytes; left > 0; ) {
    const overflow = page(database, next);
    const part = overflow.subarray(4, 4 + Math.min(left, usableBytes - 4));
    parts.push(part);
    left -= part.length;
    next = overflow.readUInt32BE(0);
  }
  return Buffer.concat(parts);
}

function whole(bytes: Buffer, start: number, sizeBytes: number): Buffer {
  const part = bytes.subarray(start, start + sizeBytes);
  if (part.length !== sizeBytes) throw new Error('a row inside its page was expected');
  return part;
}

function readRecord(record: Buffer): readonly SqliteValue[] {
  const header = varint(record, 0);
  const values: SqliteValue[] = [];
  let body = header.value;
  for (let at = header.end; at < Math.min(header.value, record.length); ) {
    const type = varint(record, at);
    const sizeBytes = sizeOf(type.value);
    values.push(decode(type.value, whole(record, body, sizeBytes)));
    body += sizeBytes;
    at = type.end;
  }
  return values;
}

/** Bytes of a value of a serial type. */
function sizeOf(type: number): number {
  if (type >= 12) return Math.floor((type - 12) / 2);
  return [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0][type] ?? 0;
}

function decode(type: number, bytes: Buffer): SqliteValue {
  if (type === 0) return null;
  if (type === 8 || type === 9) return type - 8;
  if (type === 7) return bytes.readDoubleBE(0);
  if (type < 7) return bytes.readIntBE(0, Math.min(6, bytes.length));
  return type % 2 === 0 ? bytes : bytes.toString('utf8');
}

/** SQLite's numbers of one to nine bytes; those beyond what is exact are far outside every bound. */
function varint(bytes: Buffer, start: number): { readonly value: number; readonly end: number } {
  let value = 0;
  for (let at = start; at < start + 8; at += 1) {
    const byte = bytes.readUInt8(at);
    value = value * 128 + (byte & 0x7f);
    if (byte < 0x80) return { value, end: at + 1 };
  }
  return { value: value * 256 + bytes.readUInt8(start + 8), end: start + 9 };
}

import { DrydockError } from '../../core/errors.ts';

export const BLOCK_BYTES = 512;

/** A tar header as it stands in its block, before extended headers change it. */
export interface RawHeader {
  readonly name: string;
  readonly type: string;
  readonly sizeBytes: number;
  readonly linkName: string;
  /** Blocks with more of a sparse file's map follow. Source: GNU tar manual, old GNU sparse format. */
  readonly hasMoreMap: boolean;
}

/**
 * Reads a header block of 512 bytes; null for one of zeros. Untrusted. Throws `input-invalid`.
 * Source: POSIX.1-2017 pax, "ustar Interchange Format"; GNU tar manual for sizes in base 256.
 */
export function parseHeader(block: Uint8Array): RawHeader | null {
  const bytes = Buffer.from(block.buffer, block.byteOffset, BLOCK_BYTES);
  const sum = checksum(bytes);
  if (sum.isZero) return null;
  const told = octal(bytes, 148, 8);
  if (told !== sum.unsigned && told !== sum.signed)
    throw damaged(`a header with the checksum ${sum.unsigned} was expected, got ${told ?? 'none'}`);
  const type = String.fromCharCode(bytes[156] ?? 0);
  const isPosix = bytes.toString('latin1', 257, 263) === 'ustar\0';
  const prefix = isPosix ? text(bytes, 345, 155) : '';
  const name = text(bytes, 0, 100);
  const sizeBytes = size(bytes);
  return {
    name: prefix === '' ? name : `${prefix}/${name}`,
    // Old tars mark a folder by the slash alone.
    type: type === '\0' ? (name.endsWith('/') ? '5' : '0') : type,
    sizeBytes,
    linkName: text(bytes, 157, 100),
    hasMoreMap: type === 'S' && bytes[482] === 1,
  };
}

/** The records of a PAX extended header, in order; the last of a name counts. Throws `input-invalid`. */
export function parsePaxRecords(content: Uint8Array): ReadonlyMap<string, string> {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const records = new Map<string, string>();
  for (let start = 0; start < bytes.length && bytes[start] !== 0; ) {
    const space = bytes.indexOf(0x20, start);
    const digits = space < 0 ? '' : bytes.toString('latin1', start, Math.min(space, start + 16));
    const end = /^[1-9]\d{0,9}$/.test(digits) ? start + Number(digits) : 0;
    const equals = bytes.indexOf(0x3d, space);
    if (end > bytes.length || end <= space + 1 || bytes[end - 1] !== 0x0a || equals < 0 || equals >= end)
      throw damaged('records of the form "LENGTH NAME=VALUE" were expected in an extended header');
    records.set(bytes.toString('utf8', space + 1, equals), bytes.toString('utf8', equals + 1, end - 1));
    start = end;
  }
  return records;
}

/** A decimal size out of an extended header. Throws `input-invalid`. */
export function parsePaxSize(value: string): number {
  if (!/^\d{1,15}$/.test(value))
    throw damaged(`a size was expected in an extended header, got ${JSON.stringify(value.slice(0, 40))}`);
  return Number(value);
}

/** The error for an archive that is no tar, or a broken one. */
export function damaged(why: string, cause?: unknown): DrydockError {
  return new DrydockError(
    'input-invalid',
    `The archive is damaged or no tar archive: ${why}. Make it again.`,
    { cause },
  );
}

/** The sum over the block with its own field as blanks; old tars summed signed bytes. */
function checksum(bytes: Buffer): {
  readonly unsigned: number;
  readonly signed: number;
  readonly isZero: boolean;
} {
  let unsigned = 0;
  let high = 0;
  for (let at = 0; at < BLOCK_BYTES; at += 1) {
    const byte = at >= 148 && at < 156 ? 0x20 : (bytes[at] ?? 0);
    unsigned += byte;
    if (byte >= 0x80) high += 1;
  }
  const isZero = unsigned === 8 * 0x20 && bytes.subarray(148, 156).every((byte) => byte === 0);
  return { unsigned, signed: unsigned - 256 * high, isZero };
}

function text(bytes: Buffer, start: number, length: number): string {
  const zero = bytes.indexOf(0, start);
  const end = zero < 0 || zero > start + length ? start + length : zero;
  return bytes.toString('utf8', start, end);
}

function octal(bytes: Buffer, start: number, length: number): number | null {
  const digits = /^[\0 ]*([0-7]{1,12})(?:[\0 ]|$)/.exec(bytes.toString('latin1', start, start + length))?.[1];
  return digits === undefined ? null : Number.parseInt(digits, 8);
}

function size(bytes: Buffer): number {
  const first = bytes[124] ?? 0;
  if (first & 0x80) {
    const value = bytes.readBigUInt64BE(128);
    if (first !== 0x80 || bytes.readUInt32BE(124) !== 0x80000000 || value > BigInt(Number.MAX_SAFE_INTEGER))
      throw damaged('a size within reason was expected in a header');
    return Number(value);
  }
  const field = bytes.subarray(124, 136);
  if (field.every((byte) => byte === 0 || byte === 0x20)) return 0;
  const value = octal(bytes, 124, 12);
  if (value === null) throw damaged('an octal size was expected in a header');
  return value;
}

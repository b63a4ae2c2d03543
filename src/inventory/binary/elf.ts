const MAX_SECTIONS = 10_000;

/** A section of an ELF file: its place in the file and in memory. */
export interface ElfSection {
  readonly name: string;
  readonly address: number;
  readonly offset: number;
  readonly sizeBytes: number;
}

export interface Elf {
  readonly bytes: Buffer;
  readonly isLittleEndian: boolean;
  /** 4 or 8. */
  readonly pointerBytes: number;
  readonly sections: readonly ElfSection[];
  /** Where in the file an address of the running program stands, or null. */
  readonly offsetOf: (address: number) => number | null;
}

/** Whether it begins as ELF does. */
export function isElf(content: Uint8Array): boolean {
  return content[0] === 0x7f && content[1] === 0x45 && content[2] === 0x4c && content[3] === 0x46;
}

/**
 * Reads the section table of an ELF file, 32 or 64 bits, in either byte order; null when its headers are damaged.
 * Hostile: sections that reach out of the file are left out. Source: System V ABI, chapter 4.
 */
export function readElf(content: Uint8Array): Elf | null {
  try {
    return readHeaders(content);
  } catch (error) {
    // A header told of a place outside the file.
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function readHeaders(content: Uint8Array): Elf {
  const bytes = Buffer.from(content.buffer, content.byteOffset, content.byteLength);
  const layout = { is64: bytes[4] === 2, isLittleEndian: bytes[5] === 1 };
  const read = createNumbers(bytes, layout);
  const segments = readTable(read, layout.is64 ? [0x20, 0x36, 0x38] : [0x1c, 0x2a, 0x2c]).map((at) => ({
    isLoaded: read.word(at) === 1,
    offset: read.pointer(at + (layout.is64 ? 8 : 4)),
    address: read.pointer(at + (layout.is64 ? 16 : 8)),
    sizeBytes: read.pointer(at + (layout.is64 ? 32 : 16)),
  }));
  return {
    bytes,
    isLittleEndian: layout.isLittleEndian,
    pointerBytes: layout.is64 ? 8 : 4,
    sections: readSections(bytes, read, layout.is64),
    offsetOf: (address) => {
      const segment = segments.find(
        (each) => each.isLoaded && address >= each.address && address < each.address + each.sizeBytes,
      );
      return segment === undefined ? null : segment.offset + (address - segment.address);
    },
  };
}

function readSections(bytes: Buffer, read: Numbers, is64: boolean): ElfSection[] {
  const headers = readTable(read, is64 ? [0x28, 0x3a, 0x3c] : [0x20, 0x2e, 0x30]).map((at) => ({
    nameAt: read.word(at),
    address: read.pointer(at + (is64 ? 16 : 12)),
    offset: read.pointer(at + (is64 ? 24 : 16)),
    sizeBytes: read.pointer(at + (is64 ? 32 : 20)),
  }));
  const names = headers[read.half(is64 ? 0x3e : 0x32)];
  if (names === undefined) return [];
  return headers
    .filter(({ offset, sizeBytes }) => offset + sizeBytes <= bytes.length)
    .map(({ nameAt, ...place }) => ({ name: nameIn(bytes, names.offset + nameAt), ...place }));
}

/** The offsets of a table's entries; the places where its offset, entry size and count stand are given. */
function readTable(read: Numbers, [table, entrySize, count]: readonly [number, number, number]): number[] {
  const start = read.pointer(table);
  const entryBytes = read.half(entrySize);
  return Array.from(
    { length: Math.min(read.half(count), MAX_SECTIONS) },
    (_, index) => start + index * entryBytes,
  );
}

function nameIn(bytes: Buffer, start: number): string {
  const end = bytes.indexOf(0, start);
  return start > bytes.length || end < 0 || end - start > 64 ? '' : bytes.toString('latin1', start, end);
}

interface Numbers {
  readonly half: (at: number) => number;
  readonly word: (at: number) => number;
  /** Of the file's own width; beyond what JavaScript counts exactly it is as good as outside. */
  readonly pointer: (at: number) => number;
}

function createNumbers(
  bytes: Buffer,
  { is64, isLittleEndian }: { readonly is64: boolean; readonly isLittleEndian: boolean },
): Numbers {
  const word = (at: number): number => (isLittleEndian ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const long = (at: number): number =>
    Number(isLittleEndian ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  return {
    half: (at) => (isLittleEndian ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at)),
    word,
    pointer: is64 ? long : word,
  };
}

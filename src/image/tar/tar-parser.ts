import { createExtendedHeaders, MAX_EXTENDED_BYTES, type TarEntry } from './extended-headers.ts';
import { BLOCK_BYTES, damaged, parseHeader, type RawHeader } from './header.ts';

/** Who is told of a tar's entries. What it throws, `push` throws. */
export interface TarVisitor {
  /** Called once an entry; `true` when its content is wanted: that must be bounded here. */
  enter(entry: TarEntry): boolean;
  /** The whole content of an entry that was wanted. */
  content(entry: TarEntry, content: Uint8Array): void;
}

export interface TarParser {
  /** Takes the next bytes. Throws `input-invalid` when they are no tar. */
  push(chunk: Uint8Array): void;
  /** To be called after the last bytes. Throws `input-invalid` when the archive was cut off. */
  end(): void;
}

/**
 * Reads a tar that comes in chunks, synchronously: one pass, nothing kept but the content of wanted entries and of
 * extended headers up to 1 MiB. Two blocks of zeros end the archive; what comes after them is not read.
 */
export function createTarParser(visitor: TarVisitor): TarParser {
  return new Parser(visitor);
}

class Parser implements TarParser {
  readonly #visitor: TarVisitor;
  readonly #extended = createExtendedHeaders();
  readonly #block = new Uint8Array(BLOCK_BYTES);
  #blockFill = 0;
  #zeroBlocks = 0;
  #isMapNext = false;
  #contentLeft = 0;
  #paddingLeft = 0;
  #sink: Sink | null = null;

  constructor(visitor: TarVisitor) {
    this.#visitor = visitor;
  }

  push(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length && this.#zeroBlocks < 2; ) at += this.#take(chunk.subarray(at));
  }

  end(): void {
    if (this.#zeroBlocks < 2 && (this.#contentLeft > 0 || this.#blockFill > 0 || this.#isMapNext))
      throw damaged('it ends in the middle of an entry');
  }

  /** Takes as much as belongs together and tells how much that was. */
  #take(bytes: Uint8Array): number {
    if (this.#isMapNext) return this.#takeHeader(bytes);
    if (this.#contentLeft > 0) return this.#takeContent(bytes);
    return this.#paddingLeft > 0 ? this.#skipPadding(bytes) : this.#takeHeader(bytes);
  }

  #takeHeader(bytes: Uint8Array): number {
    const part = bytes.subarray(0, BLOCK_BYTES - this.#blockFill);
    this.#block.set(part, this.#blockFill);
    this.#blockFill += part.length;
    if (this.#blockFill === BLOCK_BYTES) {
      this.#blockFill = 0;
      this.#readBlock();
    }
    return part.length;
  }

  #readBlock(): void {
    if (this.#isMapNext) {
      this.#isMapNext = this.#block[504] === 1;
      return;
    }
    const header = parseHeader(this.#block);
    if (header === null) this.#zeroBlocks += 1;
    else if (this.#zeroBlocks > 0) throw damaged('a second block of zeros was expected at its end');
    else this.#begin(header);
  }

  #begin(header: RawHeader): void {
    const extended = this.#extended;
    const entry = extended.isExtended(header) ? null : extended.apply(header);
    const sizeBytes = entry?.sizeBytes ?? header.sizeBytes;
    if (entry === null && sizeBytes > MAX_EXTENDED_BYTES)
      throw damaged(
        `an extended header of at most ${MAX_EXTENDED_BYTES} bytes was expected, got ${sizeBytes}`,
      );
    const deliver = (content: Uint8Array): void =>
      entry === null ? extended.take(header, content) : this.#visitor.content(entry, content);
    this.#sink = entry === null || this.#visitor.enter(entry) ? createSink(sizeBytes, deliver) : null;
    this.#isMapNext = header.hasMoreMap;
    this.#contentLeft = sizeBytes;
    this.#paddingLeft = (BLOCK_BYTES - (sizeBytes % BLOCK_BYTES)) % BLOCK_BYTES;
    if (sizeBytes === 0) this.#sink?.finish();
  }

  #takeContent(bytes: Uint8Array): number {
    const part = bytes.subarray(0, this.#contentLeft);
    this.#sink?.write(part);
    this.#contentLeft -= part.length;
    if (this.#contentLeft === 0) this.#sink?.finish();
    return part.length;
  }

  #skipPadding(bytes: Uint8Array): number {
    const count = Math.min(this.#paddingLeft, bytes.length);
    this.#paddingLeft -= count;
    return count;
  }
}

interface Sink {
  write(part: Uint8Array): void;
  finish(): void;
}

function createSink(sizeBytes: number, deliver: (content: Uint8Array) => void): Sink {
  const content = new Uint8Array(sizeBytes);
  let fill = 0;
  return {
    write: (part) => {
      content.set(part, fill);
      fill += part.length;
    },
    finish: () => deliver(content),
  };
}

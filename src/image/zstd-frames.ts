const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const DICTIONARY_ID_BYTES = [0, 1, 2, 4];

/** So many bytes come next, at least one; the reader of frames looks at them or lets them pass. */
interface Stretch {
  readonly bytes: number;
  readonly isLookedAt: boolean;
}

type Frames = Generator<Stretch | 'cut', never, Uint8Array>;

/**
 * The same bytes, cut so that no piece reaches over the end of a zstd frame: Node's decoder drops what follows a frame
 * in one piece, and engines write layers in many frames.
 * Throws an `Error` for what is no zstd. Source: RFC 8878, section 3.1.
 */
export async function* splitZstdFrames(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const splitter = new Splitter();
  for await (const chunk of chunks) yield* splitter.split(chunk);
}

class Splitter {
  readonly #frames = readFrames();
  #stretch: Stretch = look(4);
  #seen = new Uint8Array(4);
  #filled = 0;

  constructor() {
    this.#frames.next(this.#seen);
  }

  *split(chunk: Uint8Array): Generator<Uint8Array> {
    let start = 0;
    for (let at = 0; at < chunk.length; ) {
      const part = chunk.subarray(at, at + this.#stretch.bytes - this.#filled);
      if (this.#stretch.isLookedAt) this.#seen.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === this.#stretch.bytes && this.#advance()) {
        yield chunk.subarray(start, at);
        start = at;
      }
    }
    if (start < chunk.length) yield chunk.subarray(start);
  }

  /** Goes on to the next stretch; whether a frame has ended. */
  #advance(): boolean {
    const next = this.#frames.next(this.#seen).value;
    this.#stretch = next === 'cut' ? look(4) : next;
    if (next === 'cut') this.#frames.next(this.#seen);
    this.#seen = new Uint8Array(this.#stretch.isLookedAt ? this.#stretch.bytes : 0);
    this.#filled = 0;
    return next === 'cut';
  }
}

/** Walks from frame to frame. */
function* readFrames(): Frames {
  for (;;) {
    const magic = little(yield look(4));
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) yield* pass(little(yield look(4)));
    else if (magic === MAGIC) yield* readFrame();
    else throw new Error(`a zstd frame was expected, got one that begins with ${magic.toString(16)}`);
    yield 'cut';
  }
}

function* readFrame(): Generator<Stretch, void, Uint8Array> {
  const [descriptor = 0] = yield look(1);
  const isSingle = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 ? (isSingle ? 1 : 0) : 2 ** sizeFlag;
  yield* pass((isSingle ? 0 : 1) + (DICTIONARY_ID_BYTES[descriptor & 3] ?? 0) + sizeBytes);
  for (let isLast = false; !isLast; ) {
    const block = little(yield look(3));
    const type = (block >> 1) & 3;
    if (type === 3) throw new Error('a zstd block of a known type was expected');
    isLast = (block & 1) === 1;
    yield* pass(type === 1 ? 1 : block >> 3);
  }
  const hasChecksum = (descriptor & 0x04) !== 0;
  yield* pass(hasChecksum ? 4 : 0);
}

function look(bytes: number): Stretch {
  return { bytes, isLookedAt: true };
}

function* pass(bytes: number): Generator<Stretch, void, Uint8Array> {
  if (bytes > 0) yield { bytes, isLookedAt: false };
}

function little(bytes: Uint8Array): number {
  return bytes.reduceRight((sum, byte) => sum * 256 + byte, 0);
}

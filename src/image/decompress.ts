import { pipeline, Readable, type Transform } from 'node:stream';
import { constants, createGunzip, createZstdDecompress } from 'node:zlib';
import { DrydockError } from '../core/errors.ts';
import { splitZstdFrames } from './zstd-frames.ts';

/** Larger than zlib's own 16 KiB: fewer turns of the event loop for the same bytes. */
const CHUNK_BYTES = 256 * 1024;
/** The window that zstd demands for `--ultra`; more would be memory that a hostile frame chooses. */
const ZSTD_MAX_WINDOW_LOG = 27;

/** How far a layer may expand. */
export interface ExpansionLimits {
  readonly maxRatio: number;
  /** So many bytes are free of the ratio, as empty disk images are real. */
  readonly freeBytes: number;
  readonly maxBytes: number;
}

const DEFAULT_LIMITS: ExpansionLimits = { maxRatio: 200, freeBytes: 1024 ** 3, maxBytes: 256 * 1024 ** 3 };

/**
 * The bytes of a layer, unpacked when it is gzip or zstd, by what its first bytes say and not by its media type.
 * Throws `input-invalid` for damaged and for other compression, and for a bomb before it has cost more than time.
 */
export async function* decompress(
  compressed: AsyncIterable<Uint8Array>,
  { maxRatio, freeBytes, maxBytes } = DEFAULT_LIMITS,
): AsyncGenerator<Uint8Array> {
  const source = countBytes(compressed);
  let outBytes = 0;
  try {
    for await (const chunk of await unpack(source.chunks)) {
      if (!(chunk instanceof Uint8Array)) throw new TypeError('Bytes were expected of a stream.');
      outBytes += chunk.length;
      if (outBytes > maxBytes || (outBytes > freeBytes && outBytes > source.bytes() * maxRatio))
        throw new DrydockError(
          'input-invalid',
          `A layer that expands by at most ${maxRatio} was expected, got ${outBytes} bytes out of ${source.bytes()}: this is a bomb.`,
        );
      yield chunk;
    }
  } catch (error) {
    if (error instanceof DrydockError) throw error;
    throw new DrydockError(
      'input-invalid',
      'A layer in whole gzip or zstd was expected, it is damaged or cut off.',
      { cause: error },
    );
  }
}

async function unpack(compressed: AsyncGenerator<Uint8Array>): Promise<AsyncIterable<unknown>> {
  const { first, rest } = await peek(compressed);
  const magic = Buffer.from(first.subarray(0, 6)).toString('hex');
  if (magic.startsWith('1f8b')) return through(rest, createGunzip({ chunkSize: CHUNK_BYTES }));
  // A zstd frame, or one of its skippable frames.
  if (magic.startsWith('28b52ffd') || /^5.2a4d18/.test(magic))
    return through(
      splitZstdFrames(rest),
      createZstdDecompress({
        chunkSize: CHUNK_BYTES,
        params: { [constants.ZSTD_d_windowLogMax]: ZSTD_MAX_WINDOW_LOG },
      }),
    );
  for (const [name, start] of Object.entries({ xz: 'fd377a585a00', bzip2: '425a68' }))
    if (magic.startsWith(start))
      throw new DrydockError(
        'input-invalid',
        `A layer in gzip, zstd or plain tar was expected, got ${name}.`,
      );
  return rest;
}

/** Errors of either stream reach whoever reads; whoever stops reading stops both. */
function through(chunks: AsyncIterable<Uint8Array>, unpacker: Transform): AsyncIterable<unknown> {
  return pipeline(Readable.from(chunks), unpacker, () => undefined);
}

function countBytes(chunks: AsyncIterable<Uint8Array>): {
  readonly chunks: AsyncGenerator<Uint8Array>;
  readonly bytes: () => number;
} {
  let bytes = 0;
  return {
    chunks: (async function* () {
      for await (const chunk of chunks) {
        bytes += chunk.length;
        yield chunk;
      }
    })(),
    bytes: () => bytes,
  };
}

async function peek(
  chunks: AsyncGenerator<Uint8Array>,
): Promise<{ readonly first: Uint8Array; readonly rest: AsyncIterable<Uint8Array> }> {
  const { value: first = new Uint8Array() } = await chunks.next();
  return {
    first,
    rest: (async function* () {
      yield first;
      yield* chunks;
    })(),
  };
}

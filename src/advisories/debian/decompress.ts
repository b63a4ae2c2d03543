import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { DrydockError } from '../../core/errors.ts';
import type { XzDecoder } from '../../core/ports.ts';

export interface DecompressRequest {
  /** Its ending says how it is compressed: `.xz`, `.gz`, else not at all. */
  readonly name: string;
  readonly content: Uint8Array;
  /** The most that may come out. */
  readonly maxBytes: number;
}

/** The decompressed bytes as they come, bounded. Throws `advisories-unavailable` for damaged or too much. */
export async function* decompress(
  { name, content, maxBytes }: DecompressRequest,
  xz: XzDecoder,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  let size = 0;
  try {
    for await (const chunk of decoder(name, content, { xz, signal })) {
      size += chunk.byteLength;
      if (size > maxBytes) break;
      yield chunk;
    }
  } catch (cause) {
    signal.throwIfAborted();
    throw new DrydockError(
      'advisories-unavailable',
      `${name} was expected to be readable; it could not be decompressed: ${cause instanceof Error ? cause.message : String(cause)}`,
      { cause },
    );
  }
  if (size > maxBytes)
    throw new DrydockError(
      'advisories-unavailable',
      `${name} was expected to hold at most ${maxBytes} bytes; it holds more.`,
    );
}

function decoder(
  name: string,
  content: Uint8Array,
  { xz, signal }: { readonly xz: XzDecoder; readonly signal: AbortSignal },
): AsyncIterable<Uint8Array> {
  if (name.endsWith('.xz')) return xz.decode(content, signal);
  const source = Readable.from([content]);
  if (!name.endsWith('.gz')) return source;
  // Errors of the source reach the iteration: it holds one buffer and can't fail.
  return source.pipe(createGunzip());
}

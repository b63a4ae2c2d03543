import { createHash, type Hash } from 'node:crypto';
import { DrydockError } from '../core/errors.ts';
import type { Blobs } from './blobs.ts';
import { decompress } from './decompress.ts';
import type { Layer } from './manifest.ts';
import { createTarParser, type TarVisitor } from './tar/tar-parser.ts';

/**
 * Leads `visitor` through a layer, as a stream. What it was told may be used only after this has resolved: then the
 * bytes were those of the digests. Throws `input-invalid` when they were not, or are no layer.
 */
export async function readLayer(blobs: Blobs, layer: Layer, visitor: TarVisitor): Promise<void> {
  const parser = createTarParser(visitor);
  const plain = createHash('sha256');
  // A layer that is stored plain has one digest only.
  const stored = layer.digest === null || layer.digest === layer.diffId ? null : createHash('sha256');
  for await (const chunk of decompress(hashed(blobs.stream(layer.blob), stored))) {
    plain.update(chunk);
    parser.push(chunk);
  }
  parser.end();
  assertDigest(layer, 'unpacked', plain, layer.diffId);
  if (stored !== null && layer.digest !== null) assertDigest(layer, 'stored', stored, layer.digest);
}

async function* hashed(chunks: AsyncIterable<Uint8Array>, hash: Hash | null): AsyncGenerator<Uint8Array> {
  for await (const chunk of chunks) {
    hash?.update(chunk);
    yield chunk;
  }
}

function assertDigest({ blob }: Layer, what: string, hash: Hash, expected: string): void {
  const got = `sha256:${hash.digest('hex')}`;
  if (got !== expected)
    throw new DrydockError(
      'input-invalid',
      `The layer ${JSON.stringify(blob.slice(0, 200))} was expected to have the digest ${expected} ${what}, it has ${got}: the archive was changed or damaged. Save the image again.`,
    );
}

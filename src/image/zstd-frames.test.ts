import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { constants, zstdCompressSync } from 'node:zlib';
import fc from 'fast-check';
import { splitZstdFrames } from './zstd-frames.ts';

async function* inChunks(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
const split = (bytes: Uint8Array, size: number): Promise<Uint8Array[]> =>
  Array.fromAsync(splitZstdFrames(inChunks(bytes, size)));
const skippable = (bytes: number): Buffer => {
  const frame = Buffer.alloc(8 + bytes, 7);
  frame.writeUInt32LE(0x184d2a5a, 0);
  frame.writeUInt32LE(bytes, 4);
  return frame;
};
const withChecksum = { params: { [constants.ZSTD_c_checksumFlag]: 1 } };
const noise = (bytes: number): Buffer =>
  Buffer.from(Array.from({ length: bytes }, (_, at) => (at * at * 31) % 251));

suite('zstd frames', () => {
  const frames = [
    zstdCompressSync(Buffer.from('one')),
    skippable(5),
    zstdCompressSync(noise(300_000), withChecksum),
    skippable(0),
    zstdCompressSync(''),
    zstdCompressSync(Buffer.alloc(1_000_000)),
  ];
  const all = Buffer.concat(frames);

  test('are cut just where they end', async () => {
    const pieces = await split(all, all.length);

    assert.deepEqual(
      pieces.map(({ length }) => length),
      frames.map(({ length }) => length),
    );
  });

  test('keep every byte, in chunks of any size', async () => {
    const ends = new Set(frames.map((_, at) => Buffer.concat(frames.slice(0, at + 1)).length));
    for (const size of [1, 2, 3, 5, 1000, 65_536]) {
      const pieces = await split(all, size);
      let at = 0;
      const seen = new Set(pieces.map(({ length }) => (at += length)));

      assert.deepEqual(Buffer.concat(pieces), all);
      for (const end of ends) assert.ok(seen.has(end), `no cut at ${end} in chunks of ${size}`);
    }
  });

  test('of other bytes are refused or passed on whole', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 200 }),
        fc.integer({ min: 1, max: 64 }),
        async (bytes, size) => {
          for (const input of [Buffer.from(bytes), Buffer.concat([all.subarray(0, 40), bytes])]) {
            const pieces = await split(input, size).catch((error: unknown) => {
              assert.match(String(error), /expected/);
              return null;
            });
            if (pieces !== null) assert.deepEqual(Buffer.concat(pieces), input);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

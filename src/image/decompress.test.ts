import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { isDrydockError } from '../core/errors.ts';
import { decompress } from './decompress.ts';

const MIB = 1024 * 1024;

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 1000) yield bytes.subarray(at, at + 1000);
}

suite('unpacking layers', () => {
  for (const [name, pack] of Object.entries({ gzip: gzipSync, zstd: zstdCompressSync })) {
    test(`${name} is unpacked`, async () => {
      const out = await Array.fromAsync(decompress(chunks(pack(Buffer.from('content')))));

      assert.equal(Buffer.concat(out).toString(), 'content');
    });

    test(`a bomb in ${name} is given up soon after its bound`, async () => {
      const bomb = pack(Buffer.alloc(64 * MIB));
      let bytes = 0;
      const unpack = async (): Promise<void> => {
        const limits = { maxRatio: 200, freeBytes: 4 * MIB, maxBytes: 1024 * MIB };
        for await (const chunk of decompress(chunks(bomb), limits)) bytes += chunk.length;
      };

      await assert.rejects(
        unpack,
        (error) => isDrydockError(error, 'input-invalid') && /bomb/.test(error.message),
      );
      assert.ok(bytes <= 40 * MIB, `${bytes} bytes came`);
    });
  }

  test('plain bytes stay as they are, also none at all', async () => {
    assert.equal(
      Buffer.concat(await Array.fromAsync(decompress(chunks(Buffer.from('plain'))))).toString(),
      'plain',
    );
    assert.equal(Buffer.concat(await Array.fromAsync(decompress(chunks(Buffer.alloc(0))))).length, 0);
  });

  test('what is packed in another way is refused by name', async () => {
    for (const [name, start] of Object.entries({ xz: 'fd377a585a000004', bzip2: '425a6839' }))
      await assert.rejects(
        Array.fromAsync(decompress(chunks(Buffer.from(start, 'hex')))),
        (error) => isDrydockError(error, 'input-invalid') && error.message.includes(name),
      );
  });
});

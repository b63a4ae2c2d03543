import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { XzDecoder } from '../../core/ports.ts';
import { decompress } from './decompress.ts';

const never = new AbortController().signal;
const noXz: XzDecoder = {
  // biome-ignore lint/correctness/useYield: nothing here is compressed by xz
  async *decode() {
    throw new Error('xz was not expected here');
  },
};

async function sizeOf(name: string, content: Uint8Array, maxBytes: number): Promise<number> {
  let size = 0;
  for await (const chunk of decompress({ name, content, maxBytes }, noXz, never)) size += chunk.byteLength;
  return size;
}

test('gzip and plain files come out whole', async () => {
  assert.equal(await sizeOf('a.gz', gzipSync('hello'), 5), 5);
  assert.equal(await sizeOf('a', Buffer.from('hello'), 5), 5);
});

test('a gzip bomb is given up at the bound', async () => {
  const bomb = gzipSync(Buffer.alloc(64 * 1024 * 1024));

  await assert.rejects(sizeOf('a.gz', bomb, 1024 * 1024), {
    code: 'advisories-unavailable',
    message: /at most 1048576 bytes/,
  });
});

test('what is damaged or cut short is refused', async () => {
  const whole = gzipSync(Buffer.alloc(100_000, 'x'));

  for (const content of [whole.subarray(0, 50), Buffer.from('no gzip')])
    await assert.rejects(sizeOf('a.gz', content, 1e6), { code: 'advisories-unavailable' });
});

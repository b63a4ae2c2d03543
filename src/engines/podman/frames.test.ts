import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createFrameReader, encodeFrame, type Frame } from './frames.ts';

test('frames come whole however the bytes were cut', () => {
  const bytes = Buffer.concat([
    encodeFrame({ a: 1 }),
    encodeFrame({ b: 'é' }, Buffer.from([0, 255, 10])),
    encodeFrame({}),
  ]);
  for (const size of [1, 3, 7, 8, 64, bytes.length]) {
    const frames: Frame[] = [];
    const read = createFrameReader((frame) => frames.push(frame));

    for (let at = 0; at < bytes.length; at += size) read(bytes.subarray(at, at + size));

    assert.deepEqual(
      frames.map(({ head, body }) => [head, [...body]]),
      [
        [{ a: 1 }, []],
        [{ b: 'é' }, [0, 255, 10]],
        [{}, []],
      ],
    );
  }
});

test('a frame that announces more than the limit is refused before it is read', () => {
  const read = createFrameReader(() => assert.fail('no frame was expected'));
  const prefix = Buffer.alloc(8);
  prefix.writeUInt32BE(10, 0);
  prefix.writeUInt32BE(0xffff_ffff, 4);

  assert.throws(() => read(prefix), RangeError);
});

test('a head that is no JSON is refused', () => {
  const frame = encodeFrame({ a: 1 });
  frame.write('x', 8);

  assert.throws(() => createFrameReader(() => undefined)(frame), SyntaxError);
});

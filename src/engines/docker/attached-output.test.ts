import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogLine } from '../../core/outcome.ts';
import { createOutputReader } from './attached-output.ts';

function frame(stream: 1 | 2, text: string): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([header, Buffer.from(text)]);
}

function read(chunks: readonly Uint8Array[], maxOutputBytes = 1_000) {
  const lines: LogLine[] = [];
  let tooMuch = 0;
  const reader = createOutputReader({
    maxOutputBytes,
    onLog: (line) => lines.push(line),
    onTooMuch: () => {
      tooMuch += 1;
    },
  });
  for (const chunk of chunks) reader.push(chunk);
  reader.end();
  return { shown: lines.map(({ stream, text }) => `${stream} ${text}`), tooMuch };
}

test('frames give lines by stream, however the bytes are cut', () => {
  const bytes = Buffer.concat([frame(1, 'a\nb'), frame(2, 'err\n'), frame(1, ''), frame(1, 'c\n')]);

  const whole = read([bytes]);
  const single = read([...bytes].map((byte) => Uint8Array.of(byte)));

  assert.deepEqual(whole.shown, ['stdout a', 'stderr err', 'stdout bc']);
  assert.deepEqual(single.shown, whole.shown);
});

test('too much output is told once, and nothing of it is given', () => {
  const { shown, tooMuch } = read([frame(1, 'aaaa\n'), frame(1, 'bbbb\n'), frame(2, 'cccc\n')], 7);

  assert.deepEqual(shown, ['stdout aaaa', 'stdout bb']);
  assert.equal(tooMuch, 1);
});

test('a frame that says it is 4 GiB long costs no memory', () => {
  const header = Buffer.from([1, 0, 0, 0, 0xff, 0xff, 0xff, 0xff]);

  assert.deepEqual(read([header, Buffer.from('x\n')]).shown, ['stdout x']);
});

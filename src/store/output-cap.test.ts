import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { LOG_LINE_MAX_BYTES } from '../core/limits.ts';
import { createOutputCap, cutLine } from './output-cap.ts';

function line(text: string) {
  return { type: 'log', stage: 'run', stream: 'stderr', text } as const;
}

test('within the bounds every line goes through at once', () => {
  const cap = createOutputCap({ headBytes: 1_000, tailBytes: 100 });

  assert.deepEqual(cap.take(line('a')), [line('a')]);
  assert.deepEqual(cap.drain(), []);
});

test('beyond the head the last lines are kept, behind one that counts what was dropped', () => {
  const cap = createOutputCap({ headBytes: 70, tailBytes: 145 });

  const kept = ['first', 'dropped', 'last but one', 'last'].flatMap((text) => cap.take(line(text)));

  assert.deepEqual(kept, [line('first')]);
  assert.deepEqual(
    cap.drain().map(({ text }) => text),
    ['[7 bytes dropped]', 'last but one', 'last'],
  );
  assert.deepEqual(cap.drain(), []);
});

test('after the head is full no short line slips in before longer ones that came earlier', () => {
  const cap = createOutputCap({ headBytes: 100, tailBytes: 1_000 });

  assert.deepEqual(cap.take(line('x'.repeat(200))), []);
  assert.deepEqual(cap.take(line('')), []);
  assert.equal(cap.drain().length, 2);
});

test('whatever is printed, what is kept is bounded and no byte is unaccounted for', () => {
  const bounds = { headBytes: 2_000, tailBytes: 1_000 };
  fc.assert(
    fc.property(fc.array(fc.string({ maxLength: 300, unit: 'binary' })), (texts) => {
      const cap = createOutputCap(bounds);
      const kept = texts.flatMap((text) => cap.take(line(text)));
      const tail = cap.drain();
      const [first] = tail;
      const dropped = Number(/^\[(\d+) bytes dropped\]$/.exec(first?.text ?? '')?.[1] ?? 0);
      const own = dropped > 0 ? tail.slice(1) : tail;
      const bytes = (lines: readonly { readonly text: string }[]): number =>
        lines.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0);
      assert.ok(bytes(kept) <= bounds.headBytes && bytes(own) <= bounds.tailBytes);
      assert.equal(bytes(kept) + bytes(own) + dropped, bytes(texts.map((text) => ({ text }))));
    }),
  );
});

test('a cut line is never longer than allowed and never ends in half a character', () => {
  for (const character of ['a', 'ü', '€', '😀']) {
    for (const extra of [0, 1, 2, 3, 50]) {
      const text = character.repeat(Math.ceil(LOG_LINE_MAX_BYTES / Buffer.byteLength(character)) + extra);
      const cut = cutLine(text);
      assert.ok(Buffer.byteLength(cut) <= LOG_LINE_MAX_BYTES);
      assert.ok(!cut.includes('\ufffd'));
      assert.equal(cut === text, Buffer.byteLength(text) <= LOG_LINE_MAX_BYTES);
    }
  }
});

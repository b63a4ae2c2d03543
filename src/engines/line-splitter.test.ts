import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLineSplitter } from './line-splitter.ts';

function split(chunks: readonly string[], maxLineBytes?: number): string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter((text) => lines.push(text), maxLineBytes);
  for (const chunk of chunks) splitter.push(Buffer.from(chunk, 'latin1'));
  splitter.end();
  return lines;
}

test('lines are whole however the bytes were cut', () => {
  assert.deepEqual(split(['a', 'b\nc', '\n', '\nd']), ['ab', 'c', '', 'd']);
});

test('a character that two chunks share survives', () => {
  assert.deepEqual(split(['\xc3', '\xa9\n']), ['é']);
});

test('a line without an end is cut and marked, and the next line is whole', () => {
  assert.deepEqual(split(['x'.repeat(50), 'x'.repeat(50), 'x\nnext\n'], 10), [
    'xxxxxxxxxx … [cut by Drydock]',
    'next',
  ]);
});

test('bytes that are not UTF-8 do not throw', () => {
  assert.deepEqual(split(['\xff\xfe\n']), ['\ufffd\ufffd']);
});

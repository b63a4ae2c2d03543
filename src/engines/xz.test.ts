import assert from 'node:assert/strict';
import { access } from 'node:fs/promises';
import { test } from 'node:test';
import { createXzDecoder } from './xz.ts';

const hasXz = await access('/usr/bin/xz').then(
  () => true,
  () => false,
);
const skip = hasXz ? false : 'there is no xz on this machine';
const never = new AbortController().signal;
/** 'hello xz\n'. */
const HELLO = Buffer.from(
  '/Td6WFoAAAFpIt42AgAhARYAAAB0L+WjAQAIaGVsbG8geHoKAAAAAFV+Ln4AAR0Jk2E2ppBCmQ0BAAAAAAFZWg==',
  'base64',
);

async function decode(content: Uint8Array, signal = never): Promise<string> {
  return Buffer.concat(await Array.fromAsync(createXzDecoder().decode(content, signal))).toString();
}

test('what xz compressed comes out', { skip }, async () => {
  assert.equal(await decode(HELLO), 'hello xz\n');
});

test('what is damaged or cut short is refused', { skip }, async () => {
  for (const content of [
    HELLO.subarray(0, 40),
    Buffer.from('no xz'),
    Buffer.concat([HELLO, Buffer.from('tail')]),
  ])
    await assert.rejects(decode(content), { code: 'input-invalid', message: /xz ended with 1/ });
});

test('an abort ends it with the signal’s reason', { skip }, async () => {
  await assert.rejects(decode(HELLO, AbortSignal.abort(new Error('enough'))), { message: 'enough' });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { DrydockError } from '../core/errors.ts';
import { readCursor, writeCursor } from './cursor.ts';

test('a cursor leads back to its place in its query and is safe in a URL', () => {
  for (const query of [{ order: 'oldest' }, { order: 'newest', status: 'failed' }] as const) {
    const cursor = writeCursor(9_007_199_254_740_991, query);

    assert.equal(readCursor(cursor, query), 9_007_199_254_740_991);
    assert.equal(encodeURIComponent(cursor), cursor);
  }
});

test('whatever a client sends as a cursor is read or refused, never a fault', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.jsonValue().map((it) => Buffer.from(JSON.stringify(it)).toString('base64url')),
      ),
      (text) => {
        try {
          assert.ok(Number.isSafeInteger(readCursor(text, { order: 'oldest' })));
        } catch (error) {
          assert.ok(error instanceof DrydockError && error.code === 'input-invalid');
        }
      },
    ),
  );
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { isDrydockError } from '../core/errors.ts';
import { parseJsonBody } from './json-body.ts';

const parse = (text: string | Buffer): unknown => parseJsonBody(Buffer.from(text));

test('every flat object that JSON can write is read as JSON reads it', () => {
  const flat = fc.dictionary(
    fc.string({ unit: 'binary' }).filter((key) => key !== '__proto__' && key.isWellFormed()),
    fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.boolean(),
      fc.constant(null),
    ),
    { maxKeys: 20 },
  );

  fc.assert(
    fc.property(flat, fc.constantFrom(0, 2), (object, indent) => {
      const text = JSON.stringify(object, null, indent);
      assert.deepEqual(parse(text), JSON.parse(text));
    }),
    { numRuns: 200 },
  );
});

test('no text makes it throw anything but json-invalid', () => {
  const soup = fc.array(fc.constantFrom('{', '}', '[', ']', '"', '\\', ':', ',', 'a', '1', ' ', 'null'), {
    maxLength: 40,
  });

  fc.assert(
    fc.property(soup, (parts) => {
      try {
        parse(parts.join(''));
      } catch (error) {
        assert.ok(isDrydockError(error, 'json-invalid'));
      }
    }),
    { numRuns: 500 },
  );
});

const REFUSED: readonly (readonly [string, string | Buffer, RegExp])[] = [
  ['a key twice', '{"name":"a","name":"b"}', /"name" twice/],
  ['a key twice, once in escapes', '{"name":"a","n\\u0061me":"b"}', /"name" twice/],
  ['a key twice further in', '{"a":{"b":1,"b":2}}', /"b" twice/],
  ['__proto__', '{"__proto__":{"isAdmin":true}}', /__proto__/],
  ['__proto__ in escapes', '{"\\u005f_proto__":{}}', /__proto__/],
  ['a tower of brackets', '['.repeat(1_000_000), /deeper than 8/],
  ['a tower of objects', '{"a":'.repeat(1_000_000), /deeper than 8/],
  [
    'a crowd of keys',
    `{${Array.from({ length: 65 }, (_, i) => `"k${i}":1`).join(',')}}`,
    /more than 64 keys/,
  ],
  ['bytes that are not UTF-8', Buffer.from([0x22, 0xff, 0x22]), /UTF-8/],
  ['nothing', '', /empty/],
  ['half a string', '{"a":"', /does not parse/],
  ['half an escape', '{"a":"\\', /does not parse/],
];
for (const [what, text, message] of REFUSED)
  test(`refuses ${what}`, () => {
    assert.throws(
      () => parse(text),
      (error) => isDrydockError(error, 'json-invalid') && message.test(error.message),
    );
  });

test('the same key in two objects, and a value that looks like a key, are fine', () => {
  assert.deepEqual(parse('{"a":{"x":1},"b":{"x":"a"},"c":["a","a"]}'), {
    a: { x: 1 },
    b: { x: 'a' },
    c: ['a', 'a'],
  });
});

test('backslashes before a quote do not cost quadratic time', () => {
  const since = performance.now();

  assert.throws(() => parse(`{"a":"${'\\"'.repeat(2_000_000)}`));
  assert.throws(() => parse(`{"a":"${'\\'.repeat(4_000_000)}`));

  assert.ok(performance.now() - since < 5_000);
});

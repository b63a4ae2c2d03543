import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { printable } from './printable.ts';

test('escape sequences, line forgery, bidirectional and invisible characters become visible', () => {
  assert.equal(printable('a\x1b[31mred\r\nok\u009b0m'), 'a\\x1b[31mred\\x0d\\x0aok\\x9b0m');
  assert.equal(
    printable('\u202eevil\u2066\u200b\ufeff\u{e0041}\ud800'),
    '\\u{202e}evil\\u{2066}\\u{200b}\\u{feff}\\u{e0041}\\u{d800}',
  );
});

test('what can be seen stays: tabs, accents, emoji', () => {
  assert.equal(printable('naïve\t“x” 🚀 日本'), 'naïve\t“x” 🚀 日本');
});

test('the result never holds a control character', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) =>
      assert.doesNotMatch(printable(text), /(?!\t)[\p{Cc}\p{Cf}\p{Cs}]/u),
    ),
    { numRuns: 20 },
  );
});

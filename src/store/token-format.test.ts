import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTokenShaped, newToken } from './token-format.ts';

test('a token has the shape of one, and no two are the same', () => {
  const tokens = Array.from({ length: 500 }, newToken);

  assert.ok(tokens.every((token) => /^dd_[0-9A-Za-z]{49}$/.test(token) && isTokenShaped(token)));
  assert.equal(new Set(tokens).size, tokens.length);
});

test('a token with any one character changed is known to be none', () => {
  const token = newToken();

  for (let place = 0; place < token.length; place += 1) {
    const other = token[place] === 'z' ? 'y' : 'z';
    assert.equal(isTokenShaped(`${token.slice(0, place)}${other}${token.slice(place + 1)}`), false);
  }
});

test('what is much longer than a token costs nothing to refuse', () => {
  assert.equal(isTokenShaped(`dd_${'a'.repeat(50_000_000)}`), false);
});

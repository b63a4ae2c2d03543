import assert from 'node:assert/strict';
import { test } from 'node:test';
import { expandVariables } from './expand.ts';

const values: Readonly<Record<string, string>> = { A: 'one', EMPTY: '', B: 'a b' };
const expand = (text: string) => expandVariables(text, (name) => values[name]);
/** `$` as a constant, so that no test text looks like a template. */
const S = '$';

for (const [text, expected, unresolved] of [
  [`${S}A/x`, 'one/x', []],
  [`${S}{A}x`, 'onex', []],
  [`${S}Ax`, `${S}Ax`, ['Ax']],
  [`'${S}A'`, `${S}A`, []],
  [`"${S}B"`, 'a b', []],
  [`\\${S}A`, `${S}A`, []],
  [`${S}{X:-d${S}A}`, 'done', []],
  [`${S}{EMPTY:-d}${S}{EMPTY-d}`, 'd', []],
  [`${S}{A:+s}${S}{X:+s}${S}{EMPTY+s}`, 'ss', []],
  [`${S}{A#o}`, `${S}{A#o}`, ['A']],
  [`${S}{A`, `${S}{A`, ['A']],
  [`a${S}`, `a${S}`, []],
  [`${S}X`, `${S}X`, ['X']],
] as const)
  test(`${text} is ${expected}`, () => {
    assert.deepEqual(expand(text), { text: expected, unresolved });
  });

test('nesting and growth are bounded', () => {
  const nested = `${S}{X:-`.repeat(20_000) + '}'.repeat(20_000);
  const long = expandVariables(`${S}A`.repeat(60_000), () => 'x'.repeat(1_000));

  assert.doesNotThrow(() => expand(nested));
  assert.ok(long.text.length <= 65_536);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { readPerformance } from './performance.ts';

const read = (text: string) => readPerformance(Buffer.from(text));

for (const [text, performance] of [
  ['{"perf":0.99}', 0.99],
  ['{"perf":1}\n', 1],
  ['0.99', 0.99],
  ['1', 1],
  ['-3e2', -300],
  ['\ufeff{"perf":0.5}', 0.5],
  ['{"perf":0.99,"all":1}', 0.99],
  ['{"other":{"perf":7},"perf":2}', 2],
] as const)
  test(`${JSON.stringify(text)} is ${performance}`, () => {
    const reading = read(text);

    assert.equal(reading.status === 'number' && reading.performance, performance);
  });

test("the seed's own example, typographic quotes and all, is 0.99 with a warning", () => {
  const reading = read('ʻ{“perf”:0.99}ʼ\n');

  assert.equal(reading.status === 'number' && reading.performance, 0.99);
  assert.match(reading.status === 'number' ? reading.warnings.join() : '', /typographic/);
});

for (const [text, why] of [
  ['', /empty/],
  ['NaN', /not JSON/],
  ['{"perf":NaN}', /not JSON/],
  ['1e999', /not finite/],
  ['{"perf":1e999}', /not finite/],
  ['{"perf":"0.9"}', /a string/],
  ['{"perf":true}', /a boolean/],
  ['{"perf":null}', /null/],
  ['{"perf":[1]}', /an array/],
  ['[0.9]', /an array/],
  ['null', /null/],
  ['"x"', /a string/],
  ['{}', /no keys/],
  ['{"all":0.9}', /"perf" is missing/],
  ['{"perf":1,"perf":2}', /twice/],
  ['{"p\\u0065rf":1,"perf":2}', /twice/],
  ['{"__proto__":{"perf":1}}', /"perf" is missing/],
  ["{'perf':0.99}", /not JSON/],
  ['{"perf":0.9', /not JSON/],
] as const)
  test(`${JSON.stringify(text)} can't be used`, () => {
    const reading = read(text);

    assert.equal(reading.status, 'unusable');
    assert.match(reading.status === 'unusable' ? reading.why : '', why);
  });

test('invalid UTF-8, deep nesting and any bytes at all never throw and never give a number that is not finite', () => {
  assert.equal(readPerformance(Uint8Array.of(0xff, 0xfe)).status, 'unusable');
  assert.equal(read('['.repeat(65_536)).status, 'unusable');
  assert.equal(read(`{"perf":${'9'.repeat(60_000)}}`).status, 'unusable');
  fc.assert(
    fc.property(
      fc.oneof(
        fc.uint8Array({ maxLength: 200 }),
        fc.json().map((text) => Buffer.from(text)),
      ),
      (bytes) => {
        const reading = readPerformance(bytes);
        assert.ok(reading.status === 'unusable' || Number.isFinite(reading.performance));
      },
    ),
  );
});

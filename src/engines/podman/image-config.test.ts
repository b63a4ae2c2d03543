import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseImageConfig } from './image-config.ts';

test('every field has a value, whatever is missing or of the wrong kind', () => {
  const config = parseImageConfig('{"config": {"Env": "x", "Labels": [1], "Cmd": [1, "a"]}, "history": {}}');

  assert.deepEqual(config.env, []);
  assert.deepEqual(config.labels, {});
  assert.deepEqual(config.cmd, ['', 'a']);
  assert.deepEqual(config.history, []);
  assert.equal(config.workingDir, '');
});

test('lists and texts are cut at bounds', () => {
  const config = parseImageConfig(
    JSON.stringify({ config: { Env: Array(10_000).fill('a'), User: 'x'.repeat(100_000) } }),
  );

  assert.equal(config.env.length, 4096);
  assert.equal(config.user.length, 32_768);
});

test('a label named __proto__ is a label', () => {
  const { labels } = parseImageConfig('{"config": {"Labels": {"__proto__": "x", "a": "b"}}}');

  assert.deepEqual(Object.entries(labels), [
    ['__proto__', 'x'],
    ['a', 'b'],
  ]);
});

test('HEALTHCHECK NONE is no health check', () => {
  assert.equal(parseImageConfig('{"config": {"Healthcheck": {"Test": ["NONE"]}}}').hasHealthcheck, false);
  assert.equal(parseImageConfig('{"config": {"Healthcheck": {"Test": ["CMD", "x"]}}}').hasHealthcheck, true);
});

test('what is no object is refused', () => {
  assert.throws(() => parseImageConfig('[]'), TypeError);
  assert.throws(() => parseImageConfig('{'), SyntaxError);
});

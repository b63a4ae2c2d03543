import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readImageConfig } from './image-config.ts';

test('answers with nothing in them give a configuration with every field', () => {
  for (const nothing of [null, {}, [], 'x', { Config: null }, { Config: { Env: 3, Labels: [1] } }]) {
    const config = readImageConfig(nothing, nothing);

    assert.deepEqual(config.env, []);
    assert.deepEqual(config.labels, {});
    assert.deepEqual(config.history, []);
    assert.equal(config.hasHealthcheck, false);
  }
});

test('labels and steps of ours are not the image’s', () => {
  const labels = { a: '1', 'org.drydock.space.x': 'y', 'org.drydock.origin': 'z' };
  const history = [
    { CreatedBy: '/bin/sh -c #(nop)  LABEL b=2', Size: 0 },
    { CreatedBy: '/bin/sh -c #(nop)  LABEL org.drydock.space.x=y', Size: 0 },
    { CreatedBy: '/bin/sh -c echo hi', Size: 0 },
  ];

  const config = readImageConfig({ Config: { Labels: labels } }, history);

  assert.deepEqual(config.labels, { a: '1' });
  assert.deepEqual(config.history, [
    { createdBy: '/bin/sh -c echo hi', isEmpty: false },
    { createdBy: '/bin/sh -c #(nop)  LABEL b=2', isEmpty: true },
  ]);
});

test('a label named __proto__ is a label', () => {
  const inspected: unknown = JSON.parse('{"Config": {"Labels": {"__proto__": "x", "a": "b"}}}');

  const { labels } = readImageConfig(inspected, []);

  assert.equal(Object.getPrototypeOf(labels), Object.prototype);
  assert.deepEqual(Object.entries(labels), [
    ['__proto__', 'x'],
    ['a', 'b'],
  ]);
});

test('a configuration that is far too large is cut', () => {
  const Env = Array.from({ length: 5_000 }, () => 'A='.padEnd(100_000, 'x'));

  const { env } = readImageConfig({ Config: { Env } }, []);

  assert.equal(env.length, 1_000);
  assert.equal(env[0]?.length, 32_768);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDockerfile } from '../dockerfile/parse.ts';
import { operandsOfSubcommand, operandsWithout } from './command-operands.ts';
import { createDockerfileSubject } from './dockerfile-subject.ts';

const VALUE_FLAGS = new Set(['t', 'target', 'tags']);

function commandOf(text: string) {
  const [found] = createDockerfileSubject(parseDockerfile(`FROM debian:12\nRUN ${text}\n`)).commands;
  assert.ok(found !== undefined);
  return found.command;
}

for (const [text, expected] of [
  ['x a -t b c', 'a c'],
  ['x -tb a', 'a'],
  ['x -yt b a', 'a'],
  ['x --target b a', 'a'],
  ['x --target=b a', 'a'],
  ['x -tags b a', 'a'],
  ['x --other b a', 'b a'],
  ['x a -- -t --b', 'a -t --b'],
  ['x a -t', 'a'],
  ['x - a', '- a'],
  ['x', ''],
] as const)
  test(`the operands of ${text} are ${JSON.stringify(expected)}`, () => {
    const operands = operandsWithout(commandOf(text), VALUE_FLAGS).map(({ value }) => value);

    assert.equal(operands.join(' '), expected);
  });

test('operands of a subcommand are given only when it stands first', () => {
  const after = (text: string) =>
    operandsOfSubcommand(commandOf(text), ['install', 'i'], VALUE_FLAGS).map(({ value }) => value);

  assert.deepEqual(after('x -y install a b'), ['a', 'b']);
  assert.deepEqual(after('x -t y i a'), ['a']);
  assert.deepEqual(after('x run install a'), []);
});

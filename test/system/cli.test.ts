import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { COMMANDS } from '../../src/cli/commands/index.ts';

const ROOT = join(import.meta.dirname, '../..');
const drydock = (...args: string[]) =>
  spawnSync(join(ROOT, 'bin/drydock'), args, { encoding: 'utf8', input: '' });

test('every command file is registered, under its own name, and can be loaded', async () => {
  const files = (await readdir(join(ROOT, 'src/cli/commands'))).filter(
    (file) => file !== 'index.ts' && !file.endsWith('.test.ts'),
  );

  assert.deepEqual(
    Object.keys(COMMANDS)
      .map((name) => `${name}.ts`)
      .sort(),
    files.sort(),
  );
  for (const [name, entry] of Object.entries(COMMANDS)) {
    const command = await entry.load();
    assert.equal(command.name, name);
    assert.ok(command.usage.startsWith(name), command.usage);
  }
});

test('without a command, the list of commands', () => {
  const { status, stdout } = drydock();

  assert.equal(status, 0);
  for (const name of Object.keys(COMMANDS)) assert.match(stdout, new RegExp(`^  ${name}`, 'm'));
});

test('--help after a command is its own help', () => {
  assert.match(drydock('submit', '--help').stdout, /^drydock submit PATH/);
});

for (const [title, args, said] of [
  ['an unknown command', ['aduit'], /Did you mean|A command was expected, got "aduit"/],
  ['an unknown flag', ['version', '--nope'], /--nope.*Usage: drydock version/],
  ['too many arguments', ['version', 'x'], /no argument was expected, got 1/],
  ['a prototype key as a command', ['__proto__'], /A command was expected/],
  ['a path that is not there', ['submit', '/nonexistent/Dockerfile'], /nothing to read/],
] as const)
  test(`${title} exits with 2 and says what was expected`, () => {
    const { status, stderr, stdout } = drydock(...args);

    assert.equal(status, 2);
    assert.match(stderr, said);
    assert.equal(stdout, '');
  });

test('a service that is not there exits with 4 and says how to start one', () => {
  const { status, stderr } = drydock('list', '--url', 'http://127.0.0.1:1');

  assert.equal(status, 4);
  assert.match(stderr, /drydock serve/);
});

test('where the output is no terminal there is no colour', () => {
  assert.ok(!drydock('help').stdout.includes('\x1b'));
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDockerfile } from './parse.ts';
import { createScopes } from './scopes.ts';

function read(text: string) {
  const file = parseDockerfile(text);
  return { file, scopes: createScopes(file), stages: file.stages };
}

test('USER, WORKDIR and SHELL are inherited through FROM of a stage, and only so', () => {
  const { scopes, stages } = read(
    'FROM a AS x\nUSER 1\nWORKDIR /w\nSHELL ["/bin/bash", "-c"]\nFROM x AS y\nRUN b\nFROM a\nRUN c\n',
  );
  const [, y, last] = stages;
  assert.ok(y && last);

  assert.equal(scopes.atEnd(y).user?.args[0]?.value, '1');
  assert.equal(scopes.atEnd(y).shell?.args[0]?.value, '/bin/bash');
  assert.deepEqual(scopes.atEnd(last), { user: null, workdir: null, shell: null });
});

test('what an instruction sets holds behind it, not in front', () => {
  const { file, scopes } = read('FROM a\nUSER 1\nUSER 2\n');
  const [, first, second] = file.instructions;
  assert.ok(first && second);

  assert.equal(scopes.at(first).user, null);
  assert.equal(scopes.at(second).user, first);
});

test('variables come from ARG, ENV, the stage below and global ARGs that the stage asks for', () => {
  const { file, scopes } = read(
    'ARG V=12\nARG W=w\nFROM debian:$V AS x\nARG V\nENV E=$V-e\nFROM x\nENV F=$E W2=$W\nRUN y\n',
  );
  const run = file.instructions.at(-1);
  const from = file.stages[0]?.from;
  assert.ok(run && from);

  const lookup = scopes.lookupAt(run);
  assert.deepEqual(['E', 'F', 'V', 'W', 'W2'].map(lookup), ['12-e', '12-e', undefined, undefined, undefined]);
  assert.equal(scopes.imageOf(from)?.text, 'debian:12');
});

test('a stage is found by name in any case, or by number, when it began earlier', () => {
  const { scopes, stages } = read('FROM a AS One\nFROM a AS two\nFROM a AS one\n');
  const [first, second, third] = stages;
  assert.ok(first && second && third);

  assert.equal(scopes.findStage('ONE', second), first);
  assert.equal(scopes.findStage('1', third), second);
  assert.equal(scopes.findStage('two', second), null);
  assert.equal(scopes.findStage('2', third), null);
});

test('a chain of doubling variables stays small', () => {
  const lines = Array.from({ length: 3_000 }, (_, index) => `ENV x${index + 1}=$x${index}$x${index}`);
  const { file, scopes } = read(`FROM a\nENV x0=aaaa\n${lines.join('\n')}\nRUN y\n`);
  const run = file.instructions.at(-1);
  assert.ok(run);

  assert.ok((scopes.lookupAt(run)('x3000') ?? '').length <= 65_536);
});

import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { FORMATS } from './index.ts';

test('every format file is registered, under its own name', async () => {
  const files = (await readdir(import.meta.dirname)).filter(
    (file) => !file.endsWith('.test.ts') && file !== 'index.ts',
  );

  assert.deepEqual(FORMATS.map(({ name }) => `${name}.ts`).sort(), files.sort());
});

test('every format wants something, and owns the exact paths that it wants', () => {
  for (const { name, wants, owns } of FORMATS) {
    assert.ok(Object.values(wants).flat().length > 0, name);
    for (const path of wants.paths ?? []) assert.ok(owns(path), `${name}: ${path}`);
    for (const folder of wants.folders ?? []) assert.ok(owns(`${folder}/x`), `${name}: ${folder}`);
  }
});

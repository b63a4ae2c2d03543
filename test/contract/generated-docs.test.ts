import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { PAGES } from '../../script/generate-docs.ts';

for (const { path, render } of PAGES)
  test(`${path} says what the code says`, async () => {
    const written = await readFile(join(import.meta.dirname, '../..', path), 'utf8');

    assert.equal(written, await render(), `${path} is behind the code; run node script/generate-docs.ts`);
  });

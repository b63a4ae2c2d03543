import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDrydockError } from '../core/errors.ts';
import { DEFAULT_INTAKE_LIMITS } from '../core/limits.ts';
import { readContext } from '../pipeline/intake/read-context.ts';
import { packContext } from './pack-context.ts';

async function folderOf(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'drydock-pack-'));
  for (const [path, content] of Object.entries(files)) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), content);
  }
  return folder;
}

test('a folder becomes a context that intake takes, without what .dockerignore leaves out', async () => {
  const folder = await folderOf({
    Dockerfile: 'FROM x',
    'src/a.txt': 'hello',
    'secret/key': 'k',
    '.dockerignore': 'secret\n*.log\n',
    'x.log': 'l',
  });
  await symlink('a.txt', join(folder, 'src/link'));

  const packed = await packContext(folder, DEFAULT_INTAKE_LIMITS);

  const { entries, bytes } = await readContext(packed, DEFAULT_INTAKE_LIMITS);
  assert.equal(entries, 5, 'Dockerfile, .dockerignore, src, src/a.txt and src/link');
  assert.equal(bytes, 'FROM x'.length + 'hello'.length + 'secret\n*.log\n'.length);
  assert.equal(
    packed,
    await packContext(folder, DEFAULT_INTAKE_LIMITS),
    'the same folder gives the same bytes',
  );
  await rm(folder, { recursive: true });
});

test('a folder above the limits is refused with what to do', async () => {
  const folder = await folderOf({ a: 'x'.repeat(100), b: 'y' });

  await assert.rejects(
    packContext(folder, { contextBytes: 50, contextEntries: 10 }),
    (error) => isDrydockError(error, 'context-too-large') && /\.dockerignore/.test(error.message),
  );
  await assert.rejects(packContext(folder, { contextBytes: 500, contextEntries: 1 }), (error) =>
    isDrydockError(error, 'context-too-large'),
  );
  await rm(folder, { recursive: true });
});

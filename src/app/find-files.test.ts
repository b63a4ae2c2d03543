import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDrydockError } from '../core/errors.ts';
import { findFiles, isDockerfileName } from './find-files.ts';

for (const name of ['Dockerfile', 'Dockerfile.dev', 'web.Dockerfile', 'Containerfile', 'dockerfile'])
  test(`${name} is a Dockerfile`, () => assert.ok(isDockerfileName(name)));
for (const name of ['Dockerfile.dockerignore', 'MyDockerfile.txt.md', 'docker-compose.yml', 'README'])
  test(`${name} is none`, () => assert.ok(!isDockerfileName(name)));

test('folders are searched without following links or entering node_modules and .git; named files are taken as they are', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'drydock-find-'));
  for (const path of [
    'Dockerfile',
    'b/x.Dockerfile',
    'node_modules/p/Dockerfile',
    '.git/Dockerfile',
    'other',
  ]) {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), 'FROM scratch\n');
  }
  await symlink('.', join(folder, 'loop'));

  assert.deepEqual(await findFiles(['.', 'other', 'Dockerfile'], folder), [
    'Dockerfile',
    'b/x.Dockerfile',
    'other',
  ]);
  await assert.rejects(findFiles(['nope'], folder), (error) => isDrydockError(error, 'file-unreadable'));
  await rm(folder, { recursive: true });
});

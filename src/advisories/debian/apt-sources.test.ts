import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readAptSources, securityArchives } from './apt-sources.ts';

async function withSettings(files: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const folder = await mkdtemp(join(tmpdir(), 'drydock-apt-'));
  try {
    await mkdir(join(folder, 'sources.list.d'));
    for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
    return securityArchives(await readAptSources(folder));
  } finally {
    await rm(folder, { recursive: true });
  }
}

test('the security archive is found in the one-line form', async () => {
  const text = `
# deb http://commented.example/debian-security bookworm-security main
deb http://mirror.example/debian bookworm main # a comment
deb [arch=amd64 signed-by=/usr/share/keyrings/k.gpg] https://mirror.example/debian-security/ bookworm-security main contrib
deb-src http://source.example/debian-security bookworm-security main
`;
  assert.deepEqual(await withSettings({ 'sources.list': text, 'sources.list.d/x.list': text }), [
    'https://mirror.example/debian-security',
  ]);
});

test('the security archive is found in the deb822 form', async () => {
  const text = `Types: deb deb-src
URIs: http://one.example/debian-security
  http://two.example/debian-security
Suites: trixie-security
Components: main

Types: deb
URIs: http://disabled.example/debian-security
Suites: trixie-security
Components: main
Enabled: no
`;
  assert.deepEqual(await withSettings({ 'sources.list.d/debian.sources': text }), [
    'http://one.example/debian-security',
    'http://two.example/debian-security',
  ]);
});

test('what is not fetched over http, is Ubuntu’s, or lies in a file that apt does not read, is left out', async () => {
  const settings = {
    'sources.list': 'deb cdrom:[x] bookworm-security main\ndeb file:///srv bookworm-security main\n',
    'sources.list.d/u.list': 'deb http://mirror.example/ubuntu noble-security main\n',
    'sources.list.d/old.list.save': 'deb http://mirror.example/debian-security bookworm-security main\n',
  };
  assert.deepEqual(await withSettings(settings), []);
});

test('a machine without apt names nothing', async () => {
  assert.deepEqual(await readAptSources('/nonexistent'), []);
});

import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, test } from 'node:test';
import { isDrydockError } from '../core/errors.ts';
import { findDebianMirrors } from './debian-mirrors.ts';

const UNSET = { debianMirrorUrl: null, debianSecurityUrl: null };
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-apt-'));
  await mkdir(join(folder, 'sources.list.d'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('mirrors come from apt settings in deb822 form', async () => {
  const text =
    'Types: deb\nURIs: http://a.example/debian/\nSuites: bookworm bookworm-updates\nComponents: main\n\nTypes: deb\nURIs: http://a.example/sec\nSuites: bookworm-security\nComponents: main\n';
  await writeFile(join(folder, 'sources.list.d/debian.sources'), text);

  const mirrors = await findDebianMirrors(UNSET, folder);

  assert.deepEqual(mirrors, { main: 'http://a.example/debian', security: 'http://a.example/sec' });
});

test('a vendor that uses a codename of Debian’s is not taken for Debian', async () => {
  const text =
    'deb https://vendor.example/apt bookworm main\ndeb http://b.example/mirror bookworm main\ndeb http://b.example/mirror bookworm-updates main\ndeb http://b.example/s bookworm-security main\n';
  await writeFile(join(folder, 'sources.list'), text);

  const mirrors = await findDebianMirrors(UNSET, folder);

  assert.equal(mirrors.main, 'http://b.example/mirror');
});

test('the configuration wins over apt', async () => {
  await writeFile(join(folder, 'sources.list'), 'deb http://b.example/debian bookworm main\n');

  const mirrors = await findDebianMirrors(
    { debianMirrorUrl: 'http://c.example/d', debianSecurityUrl: 'http://c.example/s' },
    folder,
  );

  assert.deepEqual(mirrors, { main: 'http://c.example/d', security: 'http://c.example/s' });
});

test('a machine without a mirror is told which setting names one', async () => {
  await assert.rejects(
    findDebianMirrors(UNSET, folder),
    (error: unknown) =>
      isDrydockError(error, 'config-invalid') && error.message.includes('DRYDOCK_DEBIAN_MIRROR_URL'),
  );
});

test('a mirror with a password is refused, and the password is not shown', async () => {
  await assert.rejects(
    findDebianMirrors(
      { debianMirrorUrl: 'http://me:hunter2@c.example/d', debianSecurityUrl: 'http://c.example/s' },
      folder,
    ),
    (error: unknown) => isDrydockError(error, 'config-invalid') && !error.message.includes('hunter2'),
  );
});

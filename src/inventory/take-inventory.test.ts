import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createMemoryFiles, type MemoryFiles } from '../../test/support/memory-files.ts';
import type { Inventory } from '../core/package.ts';
import { takeInventory } from './take-inventory.ts';

const OS = 'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n';
const STATUS = 'Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2.15-2\n\n';
const DEBIAN: MemoryFiles = { '/etc/os-release': OS, '/var/lib/dpkg/status': STATUS };
const LEFT_PAD = JSON.stringify({ name: 'left-pad', version: '1.3.0' });

const inventory = (table: MemoryFiles): Promise<Inventory> => takeInventory(createMemoryFiles(table));

suite('an inventory', () => {
  test('of a Debian with npm and Python packages lists all of them, sorted by purl', async () => {
    const { status, notes, os, packages } = await inventory({
      '/srv/node_modules/left-pad/package.json': LEFT_PAD,
      '/usr/lib/python3/dist-packages/six.egg-info': 'Name: six\nVersion: 1.16.0\n',
      ...DEBIAN,
    });

    assert.equal(status, 'complete');
    assert.deepEqual(notes, []);
    assert.deepEqual(os, { id: 'debian', versionId: '12', codename: 'bookworm' });
    assert.deepEqual(
      packages.map(({ purl, foundIn }) => [purl, foundIn]),
      [
        ['pkg:deb/debian/bash@5.2.15-2?arch=amd64&distro=debian-12', '/var/lib/dpkg/status'],
        ['pkg:npm/left-pad@1.3.0', '/srv/node_modules/left-pad/package.json'],
        ['pkg:pypi/six@1.16.0', '/usr/lib/python3/dist-packages/six.egg-info'],
      ],
    );
  });

  test('is the same in whatever order the files come', async () => {
    const table: MemoryFiles = {
      ...DEBIAN,
      '/a/node_modules/left-pad/package.json': LEFT_PAD,
      '/b/node_modules/left-pad/package.json': LEFT_PAD,
      '/c/node_modules/broken/package.json': '{',
      '/d/node_modules/broken/package.json': '{',
    };
    const reversed = Object.fromEntries(Object.entries(table).reverse());

    assert.deepEqual(await inventory(reversed), await inventory(table));
    assert.equal((await inventory(table)).packages.length, 3);
  });

  test('of nothing at all is complete, and says that nothing was known', async () => {
    const { status, notes, os, packages } = await inventory({ '/app': 'a static program' });

    assert.equal(status, 'complete');
    assert.equal(os, null);
    assert.deepEqual(packages, []);
    assert.match(notes.join(), /no operating system is inside/);
  });

  test('takes /usr/lib/os-release when /etc has none', async () => {
    assert.equal(
      (await inventory({ '/usr/lib/os-release': OS, '/var/lib/dpkg/status': STATUS })).os?.id,
      'debian',
    );
  });

  test('of a distroless image is complete', async () => {
    const { status, packages } = await inventory({
      '/etc/os-release': OS,
      '/var/lib/dpkg/status.d/tzdata': 'Package: tzdata\nVersion: 2024a-0+deb12u1\nArchitecture: all\n',
      '/var/lib/dpkg/status.d/tzdata.md5sums': 'abc  usr/share/zoneinfo/UTC\n',
    });

    assert.equal(status, 'complete');
    assert.equal(packages.length, 1);
  });

  const inconclusive: Record<string, { readonly files: MemoryFiles; readonly says: RegExp }> = {
    'the database was deleted': { files: { '/etc/os-release': OS }, says: /dpkg.* is missing, empty/ },
    'the database is empty': {
      files: { ...DEBIAN, '/var/lib/dpkg/status': '' },
      says: /dpkg.* is missing, empty/,
    },
    'the database was cut off': {
      files: { ...DEBIAN, '/var/lib/dpkg/status': STATUS + STATUS.slice(0, 40) },
      says: /it was cut off/,
    },
    'the database holds bytes of no text': {
      files: { ...DEBIAN, '/var/lib/dpkg/status': Buffer.alloc(5000, 0xff) },
      says: /no field/,
    },
    'the database has a stanza that is none': {
      files: { ...DEBIAN, '/var/lib/dpkg/status': `${STATUS}Package: \u001b[31m\n\n` },
      says: /no package name/,
    },
    'the database is too large': {
      files: { ...DEBIAN, '/var/lib/dpkg/status': Buffer.alloc(65 * 1024 * 1024, 'a') },
      says: /has 68157440 bytes and was not read/,
    },
    'the database could not be read': {
      files: { ...DEBIAN, '/var/lib/dpkg/status': null },
      says: /status could not be read/,
    },
    'a folder above the database could not be read': {
      files: { '/etc/os-release': OS, '/var/lib': null, '/var/lib/dpkg/status': STATUS },
      says: /\/var\/lib could not be read/,
    },
    'the walk was ended by a bound': { files: { ...DEBIAN, '/': null }, says: /\/ could not be read/ },
    'the database is of another distribution': {
      files: {
        '/etc/os-release': 'ID=fedora\nVERSION_ID=40\n',
        '/var/lib/dpkg/status': STATUS,
      },
      says: /fedora .*rpm/,
    },
    'os-release was deleted and the database not': {
      files: { '/var/lib/dpkg/status': STATUS },
      says: /no os-release says of which distribution/,
    },
    'os-release and the database were deleted': {
      files: { '/usr/lib/x86_64-linux-gnu/libc.so.6': '\u007fELF' },
      says: /libc\.so\.6.*neither its os-release nor its package database/,
    },
    'os-release names nothing': {
      files: { ...DEBIAN, '/etc/os-release': 'NAME=x' },
      says: /names no operating system/,
    },
    'the distribution is unknown and has no database': {
      files: { '/etc/os-release': 'ID=myos\n' },
      says: /myos is inside, but no package database/,
    },
  };
  for (const [title, { files, says }] of Object.entries(inconclusive))
    test(`is inconclusive when ${title}`, async () => {
      const { status, notes } = await inventory(files);

      assert.equal(status, 'inconclusive');
      assert.match(notes.join('\n'), says);
    });

  test('of a distribution that is like a known one expects the database of that one', async () => {
    const { notes } = await inventory({ '/etc/os-release': 'ID=mydebian\nID_LIKE="ubuntu debian"\n' });

    assert.match(notes.join(), /mydebian is inside, but its package database \(dpkg\)/);
  });

  test('stays complete when a single language package is damaged, and says so', async () => {
    const { status, notes } = await inventory({
      ...DEBIAN,
      '/srv/node_modules/a\u001b[2J/package.json': '{',
      '/root/secret': null,
    });

    assert.equal(status, 'complete');
    assert.deepEqual(notes, [
      '/root/secret could not be read: EACCES: permission denied',
      '/srv/node_modules/a\\x1b[2J/package.json: it is no JSON object',
    ]);
  });

  test('of an image with a thousand damaged files has a bounded number of notes', async () => {
    const many = Array.from({ length: 1000 }, (_, index) => [`/node_modules/a${index}/package.json`, '{']);
    const { notes } = await inventory({ ...DEBIAN, ...Object.fromEntries(many) });

    assert.equal(notes.length, 51);
    assert.match(notes.at(-1) ?? '', /950 more/);
  });
});

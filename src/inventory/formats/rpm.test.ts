import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, suite, test } from 'node:test';
import { createMemoryFiles } from '../../../test/support/memory-files.ts';
import type { FormatResult } from '../format.ts';
import { takeInventory } from '../take-inventory.ts';
import { rpm } from './rpm.ts';

const TAGS: Readonly<Record<string, number>> = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  license: 1014,
  arch: 1022,
  source: 1044,
};

/** A header as rpm stores it. */
function header(tags: Readonly<Record<string, string | number>>): Buffer {
  let store = Buffer.alloc(0);
  const index = Object.entries(tags).map(([tag, value]) => {
    const isNumber = typeof value === 'number';
    while (isNumber && store.length % 4 !== 0) store = Buffer.concat([store, Buffer.alloc(1)]);
    const entry = Buffer.alloc(16);
    entry.writeUInt32BE(TAGS[tag] ?? 9999, 0);
    entry.writeUInt32BE(isNumber ? 4 : 6, 4);
    entry.writeUInt32BE(store.length, 8);
    entry.writeUInt32BE(1, 12);
    const bytes = Buffer.alloc(4);
    if (isNumber) bytes.writeUInt32BE(value);
    store = Buffer.concat([store, isNumber ? bytes : Buffer.from(`${value}\0`)]);
    return entry;
  });
  const sizes = Buffer.alloc(8);
  sizes.writeUInt32BE(index.length, 0);
  sizes.writeUInt32BE(store.length, 4);
  return Buffer.concat([sizes, ...index, store]);
}
const BASH = {
  name: 'bash',
  version: '5.1.8',
  release: '6.el9_1',
  arch: 'x86_64',
  license: 'GPLv3+',
  source: 'bash-5.1.8-6.el9_1.src.rpm',
};
const LIBS = {
  name: 'openssl-libs',
  version: '3.0.7',
  release: '24.el9',
  epoch: 1,
  arch: 'x86_64',
  license: 'ASL 2.0',
  source: 'openssl-3.0.7-24.el9.src.rpm',
};

suite('rpm', () => {
  let folder: string;
  let count = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drydock-rpm-'));
  });
  after(() => rm(folder, { recursive: true }));

  const database = async (...blobs: readonly Uint8Array[]): Promise<Buffer> => {
    count += 1;
    const path = join(folder, `${count}.sqlite`);
    const made = new DatabaseSync(path);
    made.exec('CREATE TABLE Packages (hnum INTEGER PRIMARY KEY AUTOINCREMENT, blob BLOB NOT NULL)');
    const insert = made.prepare('INSERT INTO Packages (blob) VALUES (?)');
    for (const blob of blobs) insert.run(blob);
    made.close();
    return readFile(path);
  };
  const read = (content: Uint8Array, path = '/var/lib/rpm/rpmdb.sqlite'): FormatResult =>
    rpm.read({ path, content });

  test('packages are given with epoch, source and licence', async () => {
    const { packages, problems } = read(await database(header(BASH), header(LIBS)));

    assert.deepEqual(problems, []);
    assert.deepEqual(packages, [
      {
        type: 'rpm',
        name: 'bash',
        version: '5.1.8-6.el9_1',
        source: { name: 'bash', version: '5.1.8-6.el9_1' },
        architecture: 'x86_64',
        licenses: ['GPLv3+'],
      },
      {
        type: 'rpm',
        name: 'openssl-libs',
        version: '1:3.0.7-24.el9',
        source: { name: 'openssl', version: '1:3.0.7-24.el9' },
        architecture: 'x86_64',
        licenses: ['ASL 2.0'],
      },
    ]);
  });

  test('an image gives exact purls, the epoch apart', async () => {
    const { status, packages } = await takeInventory(
      createMemoryFiles({
        '/etc/os-release': 'ID="rocky"\nVERSION_ID="9.3"\nID_LIKE="rhel centos fedora"\n',
        '/var/lib/rpm/rpmdb.sqlite': await database(header(LIBS)),
        '/var/lib/rpm/rpmdb.sqlite-wal': '',
      }),
    );

    assert.equal(status, 'complete');
    assert.deepEqual(
      packages.map(({ purl }) => purl),
      ['pkg:rpm/rocky/openssl-libs@3.0.7-24.el9?arch=x86_64&distro=rocky-9.3&epoch=1'],
    );
  });

  test('keys are no packages', async () => {
    assert.deepEqual(
      read(await database(header({ name: 'gpg-pubkey', version: 'fd431d51', release: '4ae0493b' }))),
      {
        packages: [],
        problems: [],
      },
    );
  });

  test('a log beside the database and older forms of it are told', () => {
    assert.match(read(Buffer.from('x'), '/var/lib/rpm/rpmdb.sqlite-wal').problems.join(), /may be old/);
    assert.match(read(Buffer.from('x'), '/var/lib/rpm/Packages').problems.join(), /older form/);
    assert.match(read(Buffer.from('x'), '/usr/lib/sysimage/rpm/Packages.db').problems.join(), /older form/);
  });

  test('hostile headers are problems, and the others are still read', async () => {
    const hostile = [
      header({ ...BASH, name: 'a\u001b[2J' }),
      header({ ...BASH, version: '../1' }),
      header({ ...BASH, release: '1 2' }),
      header({ name: 'a' }),
    ];
    const { packages, problems } = read(await database(...hostile, header(BASH)));

    assert.equal(packages.length, 1);
    assert.equal(problems.length, 4);
    for (const problem of problems) assert.match(problem, /^[\x20-\x7e]{10,300}$/);
  });

  test('what is no header or no database is damaged', async () => {
    for (const content of [
      await database(Buffer.from('no')),
      await database(Buffer.alloc(64, 0xff)),
      (await database(header(BASH))).subarray(0, 3000),
      Buffer.from('no database'),
    ])
      assert.match(read(content).problems.join(), /^it is damaged: /);
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { createMemoryFiles } from '../../../test/support/memory-files.ts';
import type { FormatResult } from '../format.ts';
import { takeInventory } from '../take-inventory.ts';
import { apk } from './apk.ts';

const read = (text: string): FormatResult =>
  apk.read({ path: '/lib/apk/db/installed', content: Buffer.from(text) });
const MUSL = [
  'C:Q1vBlTvJaqvWl4Hp8+mKBZMo0yOVI=',
  'P:musl',
  'V:1.2.4-r2',
  'A:x86_64',
  'S:383459',
  'T:the musl c library (libc) implementation',
  'L:MIT',
  'o:musl',
  'p:so:libc.musl-x86_64.so.1=1',
  'F:lib',
  'R:ld-musl-x86_64.so.1',
  'a:0:0:755',
  '',
  '',
].join('\n');
const record = (fields: Record<string, string>): string =>
  `${Object.entries({ P: 'a', V: '1-r0', ...fields })
    .map(([letter, value]) => `${letter}:${value}\n`)
    .join('')}\n`;

suite('apk', () => {
  test('a package is given with its origin and licence', () => {
    assert.deepEqual(read(MUSL), {
      packages: [
        {
          type: 'apk',
          name: 'musl',
          version: '1.2.4-r2',
          architecture: 'x86_64',
          source: { name: 'musl', version: '1.2.4-r2' },
          licenses: ['MIT'],
        },
      ],
      problems: [],
    });
  });

  test('a file called P: is a file, and the package keeps its name', () => {
    const [found] = read('P:real\nV:1-r0\nF:etc\nR:x\nP:false\n\n').packages;

    assert.equal(found?.name, 'real');
  });

  test('a virtual package is a name for others', () => {
    assert.deepEqual(read(record({ P: '.build-deps', V: '20231121.101530' })), {
      packages: [],
      problems: [],
    });
  });

  test('the versions of Alpine are taken', () => {
    for (const version of [
      '1.36.1-r15',
      '20230506-r0',
      '9.3_p2-r0',
      '3.1.4_git20230717-r4',
      '1.0_rc1~abc-r1',
    ])
      assert.deepEqual(read(record({ V: version })).problems, [], version);
  });

  const broken: Record<string, string> = {
    'no name': 'V:1-r0\n\n',
    'a name with control characters': record({ P: 'a\u001b[2J' }),
    'a name that climbs': record({ P: '../a' }),
    'no version': 'P:a\n\n',
    'a version with a blank': record({ V: '1 2' }),
    'an origin that is none': record({ o: 'a b' }),
    'an architecture that is none': record({ A: 'x86 64' }),
    'bytes of no text': '\0\u0001\n\n',
  };
  for (const [title, text] of Object.entries(broken))
    test(`${title}: is a problem and gives no package`, () => {
      const { packages, problems } = read(text);

      assert.deepEqual(packages, []);
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? '', /^[\x20-\x7e]{10,300}$/);
    });

  test('a database that was cut off is told', () => {
    assert.match(read(MUSL.slice(0, 60)).problems.join(), /cut off/);
    assert.match(read(MUSL.slice(0, -1)).problems.join(), /cut off/);
  });

  test('an Alpine image gives exact purls, once, though its database has two names', async () => {
    const { status, packages } = await takeInventory(
      createMemoryFiles({
        '/etc/os-release': 'NAME="Alpine Linux"\nID=alpine\nVERSION_ID=3.18.4\n',
        '/lib/apk/db/installed': MUSL,
        '/usr/lib/apk/db/installed': MUSL,
      }),
    );

    assert.equal(status, 'complete');
    assert.deepEqual(
      packages.map(({ purl, foundIn }) => [purl, foundIn]),
      [['pkg:apk/alpine/musl@1.2.4-r2?arch=x86_64&distro=alpine-3.18.4', '/lib/apk/db/installed']],
    );
  });

  test('an Alpine image without its database is inconclusive, whatever dpkg says', async () => {
    const { status } = await takeInventory(
      createMemoryFiles({
        '/etc/os-release': 'ID=alpine\n',
        '/var/lib/dpkg/status': 'Package: a\nStatus: install ok installed\nVersion: 1\n\n',
      }),
    );

    assert.equal(status, 'inconclusive');
  });
});

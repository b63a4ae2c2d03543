import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { createMemoryFiles } from '../../../test/support/memory-files.ts';
import { zip } from '../../../test/support/zip.ts';
import type { FormatResult } from '../format.ts';
import { takeInventory } from '../take-inventory.ts';
import { java } from './java.ts';

const pom = (group: string, artifact: string, version: string) => ({
  [`META-INF/maven/${group}/${artifact}/pom.properties`]: `#Generated\nversion=${version}\ngroupId=${group}\nartifactId=${artifact}\n`,
});
const LOG4J = zip({ ...pom('org.apache.logging.log4j', 'log4j-core', '2.14.1'), 'A.class': 'x' });
const read = (content: Uint8Array, path = '/app/app.jar'): FormatResult => java.read({ path, content });
const shown = ({ packages }: FormatResult) =>
  packages.map(({ name, version, inside }) => [name, version, inside].filter(Boolean).join(' '));

suite('Java', () => {
  test('a package is known by its pom.properties', () => {
    assert.deepEqual(read(LOG4J), {
      packages: [
        {
          type: 'maven',
          namespace: 'org.apache.logging.log4j',
          name: 'org.apache.logging.log4j:log4j-core',
          version: '2.14.1',
        },
      ],
      problems: [],
    });
  });

  test('archives inside archives are read, packed or stored, and told by the way to them', async () => {
    const boot = zip(
      { 'BOOT-INF/lib/log4j-core.jar': LOG4J, 'BOOT-INF/classes/App.class': 'x' },
      { isStored: true },
    );
    const war = zip({ 'WEB-INF/lib/boot.jar': boot });
    const { packages } = await takeInventory(createMemoryFiles({ '/srv/app.war': war }));

    assert.deepEqual(
      packages.map(({ purl, foundIn }) => [purl, foundIn]),
      [
        [
          'pkg:maven/org.apache.logging.log4j/log4j-core@2.14.1',
          '/srv/app.war!/WEB-INF/lib/boot.jar!/BOOT-INF/lib/log4j-core.jar',
        ],
      ],
    );
  });

  test('a shaded archive tells of all that is in it', () => {
    assert.deepEqual(shown(read(zip({ ...pom('a.b', 'c', '1'), ...pom('d.e', 'f', '2.0.Final') }))), [
      'a.b:c 1',
      'd.e:f 2.0.Final',
    ]);
  });

  test('bytes before a zip are fine', () => {
    assert.deepEqual(shown(read(Buffer.concat([Buffer.from('#!/bin/sh\nexec java -jar "$0"\n'), LOG4J]))), [
      'org.apache.logging.log4j:log4j-core 2.14.1',
    ]);
  });

  test('without a pom.properties, vendor and file name together are taken', () => {
    const manifest = 'Manifest-Version: 1.0\r\nImplementation-Vendor-Id: org.exa\r\n mple\r\n\r\nName: x\r\n';
    const content = zip({ 'META-INF/MANIFEST.MF': manifest, 'A.class': 'x' });

    assert.deepEqual(shown(read(content, '/lib/thing-core-1.2.3.jar')), ['org.example:thing-core 1.2.3']);
  });

  test('an archive that does not say what it is is told', () => {
    assert.deepEqual(read(zip({ 'A.class': 'x' })), {
      packages: [],
      problems: ['it does not say which package it is; it was not compared with anything'],
    });
  });

  test('an archive of pictures is nothing', () => {
    assert.deepEqual(read(zip({ 'a.png': 'x' })), { packages: [], problems: [] });
  });

  const broken: Record<string, Uint8Array> = {
    'no zip': Buffer.from('no zip at all'),
    empty: Buffer.alloc(0),
    'cut off': LOG4J.subarray(0, LOG4J.length - 30),
    encrypted: zip(pom('a', 'b', '1'), { change: (central) => void central.writeUInt16LE(1, 8) }),
    'another method': zip(pom('a', 'b', '1'), { change: (central) => void central.writeUInt16LE(14, 10) }),
    'an entry that is longer than it says': zip(pom('a', 'b', '1'), {
      change: (central) => void central.writeUInt32LE(3, 24),
    }),
    'an entry that says that it is huge': zip(pom('a', 'b', '1'), {
      change: (central) => void central.writeUInt32LE(0xfffffff0, 24),
    }),
    'a header outside': zip(pom('a', 'b', '1'), {
      change: (central) => void central.writeUInt32LE(0xfffffff0, 42),
    }),
    'a name that climbs': zip({
      'META-INF/maven/a/b/pom.properties': 'groupId=../a\nartifactId=b\nversion=1\n',
    }),
    'a version with control characters': zip(pom('a', 'b', '1\u001b[2J')),
  };
  for (const [title, content] of Object.entries(broken))
    test(`${title}: is a problem and gives no package`, () => {
      const { packages, problems } = read(content);

      assert.deepEqual(packages, []);
      assert.ok(problems.length > 0);
      for (const problem of problems) assert.match(problem, /^[\x20-\x7e]{5,400}$/);
    });

  test('archives in archives without end are given up', () => {
    let content: Buffer = LOG4J;
    for (let depth = 0; depth < 10; depth += 1) content = zip({ 'inner.jar': content });

    assert.match(read(content).problems.join(), /deeper than 4/);
  });

  test('a bomb is given up', () => {
    const bomb = zip({ 'bomb.jar': Buffer.alloc(200 * 1024 * 1024) });

    assert.match(read(bomb).problems.join(), /more than are unpacked/);
  });

  test('an archive that names one inner archive many times is given up in time', { timeout: 20_000 }, () => {
    const many = zip(
      Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`${index}.class`, ''])),
    );
    const outer = zip({
      'a.jar': many,
      ...Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`${at}.jar`, 'x'])),
    });
    // Every entry points to the first one.
    const central = outer.indexOf(Buffer.from('PK\u0001\u0002', 'latin1'));
    let at = central;
    while (outer.readUInt32LE(at) === 0x02014b50) {
      outer.copy(outer, at + 20, central + 20, central + 28);
      outer.writeUInt32LE(0, at + 42);
      at += 46 + outer.readUInt16LE(at + 28);
    }

    assert.match(read(outer).problems.join(), /more than 1000000 files|more than are unpacked/);
  });

  test('any damage is a result', () => {
    const whole = zip({ 'inner.jar': LOG4J, ...pom('a', 'b', '1') });
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.uint8Array({ minLength: 1, maxLength: 30 }), (at, bytes) => {
        const damaged = Buffer.from(whole);
        damaged.set(bytes.subarray(0, damaged.length - at), at);
        assert.ok(Array.isArray(read(damaged).packages));
      }),
      { numRuns: 500 },
    );
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import '../support/fixed-seed.ts';
import { FORMATS } from '../../src/inventory/formats/index.ts';
import { parseOsRelease } from '../../src/inventory/os-release.ts';
import { packageUrl } from '../../src/inventory/purl.ts';
import { takeInventory } from '../../src/inventory/take-inventory.ts';
import { createMemoryFiles } from '../support/memory-files.ts';

const RUNS = 300;
const OS = { id: 'debian', versionId: '12' };

/** Pieces that these formats are made of, so that random text gets past the first check. */
const word = fc.constantFrom(
  ...[
    'Package: ',
    'Status: install ok installed',
    'Version: ',
    'Source: a (1)',
    'Architecture: all',
    '\n',
    '\n\n',
  ],
  ...[
    ' ',
    '1:2.0-1',
    'bash',
    '{"name":',
    '"a"',
    ',"version":"1.0.0"',
    '}',
    '[',
    ']',
    'Name: ',
    'License: MIT',
  ],
  ...[
    'P:',
    'V:',
    'A:',
    'o:',
    'lockfileVersion',
    '"packages":',
    '{',
    '\0',
    '\u202e',
    '\uFEFF',
    '\r',
    '=',
    '==',
    '"',
  ],
);
const text = fc.array(fc.oneof({ weight: 4, arbitrary: word }, fc.string(), fc.string({ unit: 'binary' })), {
  maxLength: 60,
});
const content = fc.oneof(
  text.map((parts) => Buffer.from(parts.join(''))),
  fc.uint8Array({ maxLength: 300 }),
);

for (const format of FORMATS) {
  const { paths = [], folders = [], basenames = [], suffixes = [] } = format.wants;
  const samples = [
    ...paths,
    ...folders.map((folder) => `${folder}/x`),
    ...basenames.flatMap((name) => [`/app/node_modules/a/${name}`, `/opt/include/node/${name}`]),
    ...suffixes.map((suffix) => `/x/specifications/x${suffix}`),
  ].filter((path) => format.owns(path));

  suite(`the ${format.name} reader`, () => {
    test('never throws, and gives only what can be written as a purl on one visible line', () => {
      fc.assert(
        fc.property(content, fc.constantFrom(...samples), (bytes, path) => {
          const { packages, problems } = format.read({ path, content: bytes });

          for (const found of packages) {
            assert.match(packageUrl(found, OS), /^pkg:[a-z]+\/[\x21-\x7e]+$/);
            assert.doesNotMatch(found.name + found.version, /\p{C}/u);
          }
          for (const problem of problems) assert.doesNotMatch(problem, /\p{Cc}/u);
        }),
        { numRuns: RUNS },
      );
    });

    test('takes time in proportion to the size', { timeout: 20_000 }, () => {
      const [path = ''] = samples;
      for (const piece of [
        'Package: a\n',
        '{"a":[',
        'Name: a\n',
        ' \n',
        '"',
        '\\',
        '((((',
        'a: b\n\n',
        'C:x\nP:a\nV:1\n\n',
      ])
        format.read({ path, content: Buffer.from(piece.repeat(2_000_000 / piece.length)) });
    });
  });
}

test('os-release is read from any bytes', () => {
  fc.assert(
    fc.property(content, (bytes) => {
      const id = parseOsRelease(Buffer.concat([Buffer.from('ID='), bytes]))?.os.id;
      assert.match(id ?? 'none', /^[a-z0-9][a-z0-9._+-]*$/);
    }),
    { numRuns: RUNS },
  );
});

test('an operating system whose database was damaged anywhere is never complete with fewer packages and no note', async () => {
  const stanza = (name: string): string =>
    `Package: ${name}\nStatus: install ok installed\nArchitecture: all\nVersion: 1\n\n`;
  const whole = Buffer.from(['one', 'two', 'three'].map(stanza).join(''));
  const files = (status: Uint8Array) =>
    createMemoryFiles({ '/etc/os-release': 'ID=debian', '/var/lib/dpkg/status': status });

  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), async (length) => {
      const { status, packages } = await takeInventory(files(whole.subarray(0, length)));
      const isCutBetween = whole.subarray(0, length).toString().endsWith('\n\n');

      assert.ok(status === 'inconclusive' || (isCutBetween && packages.length > 0));
    }),
    { numRuns: RUNS },
  );
});

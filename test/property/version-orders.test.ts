import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import '../support/fixed-seed.ts';
import semver from 'semver';
import { compareDpkgVersions } from '../../src/advisories/versions/dpkg.ts';
import { compareGoVersions } from '../../src/advisories/versions/go.ts';
import { comparePep440 } from '../../src/advisories/versions/pep440.ts';
import { compareSemver } from '../../src/advisories/versions/semver.ts';

const number = fc.constantFrom('0', '1', '2', '9', '10', '11', '100');
const identifier = fc.oneof(number, fc.constantFrom('alpha', 'beta', 'rc', 'rc1', 'x-y', 'A', '0a', '-'));
const semverText = fc
  .tuple(number, number, number, fc.array(identifier, { maxLength: 3 }), fc.boolean())
  .map(
    ([a, b, c, pre, hasBuild]) =>
      `${a}.${b}.${c}${pre.length > 0 ? `-${pre.join('.')}` : ''}${hasBuild ? '+build.1' : ''}`,
  );

test('valid semantic versions are ordered as npm’s semver orders them', () => {
  fc.assert(
    fc.property(semverText, semverText, (a, b) => {
      assert.equal(Math.sign(compareSemver(a, b)), semver.compare(a, b), `${a} ? ${b}`);
    }),
    { numRuns: 1000 },
  );
});

test('pep440 versions are ordered as Python’s packaging orders them', { skip: whyNoPackaging() }, () => {
  const join = fc.constantFrom('', '.', '-', '_');
  const part = (words: readonly string[]): fc.Arbitrary<string> =>
    fc.oneof(
      { weight: 2, arbitrary: fc.constant('') },
      fc
        .tuple(join, fc.constantFrom(...words), join, fc.oneof(number, fc.constant('')))
        .map((parts) => parts.join('')),
    );
  const version = fc
    .tuple(
      fc.constantFrom('', '', '1!', 'v'),
      fc.array(number, { minLength: 1, maxLength: 4 }).map((numbers) => numbers.join('.')),
      part(['a', 'alpha', 'b', 'beta', 'rc', 'c', 'pre', 'preview']),
      fc.oneof(part(['post', 'rev', 'r']), fc.constant('-1')),
      part(['dev']),
      fc.constantFrom('', '', '+1', '+abc', '+1.a', '+ubuntu-1', '+10'),
    )
    .map((parts) => parts.join(''));
  const pairs = fc.sample(fc.tuple(version, version), { numRuns: 1500, seed: Date.now() % 2 ** 31 });

  const theirs = askPackaging(pairs);

  for (const [index, [a, b]] of pairs.entries()) {
    if (theirs[index] === 'invalid') continue;
    assert.equal(
      Math.sign(comparePep440(a, b)),
      Number(theirs[index]),
      `${a} ? ${b}: packaging says ${theirs[index]}`,
    );
  }
  assert.ok(theirs.filter((it) => it !== 'invalid').length > 500, 'most pairs are valid');
});

test('Go’s own releases and modules are ordered as Go orders them', () => {
  const ascending = [
    [
      'go1.20',
      '1.20.1',
      'go1.21rc1',
      'go1.21rc2',
      '1.21.0',
      'go1.21.0+x',
      'go1.21.10',
      '1.22.0-rc.1',
      'go1.22.0',
    ],
    [
      'v0.0.0-20200101000000-aaaaaaaaaaaa',
      'v0.0.0-20210101000000-aaaaaaaaaaaa',
      'v0.1.0-0.20220101000000-a',
      'v0.1.0',
    ],
    ['v1.9.0+incompatible', 'v1.10.0', 'v2.0.0+incompatible'],
  ];
  for (const versions of ascending)
    for (const [index, version] of versions.entries())
      for (const later of versions.slice(index + 1))
        assert.ok(compareGoVersions(version, later) <= 0, `${version} is not after ${later}`);
  assert.ok(compareGoVersions('go1.21rc2', '1.21.0') < 0);
  assert.ok(compareGoVersions('v1.9.0+incompatible', 'v1.10.0') < 0);
});

const ORDERS = { compareDpkgVersions, compareGoVersions, comparePep440, compareSemver };

for (const [name, compare] of Object.entries(ORDERS))
  suite(name, () => {
    const any = fc.oneof(
      semverText,
      fc.string({ maxLength: 12 }),
      fc.constantFrom('', '0', '1.0.post1', '1!0', 'v1', 'go1'),
    );

    test('is a total order on any text and never throws', () => {
      fc.assert(
        fc.property(any, any, any, (a, b, c) => {
          assert.equal(Math.sign(compare(a, b)) + Math.sign(compare(b, a)), 0);
          if (compare(a, b) <= 0 && compare(b, c) <= 0) assert.ok(compare(a, c) <= 0, `${a} ${b} ${c}`);
        }),
        { numRuns: 500 },
      );
    });

    test('compares hostile lengths at once', () => {
      const started = performance.now();
      for (const piece of ['1', '1.', 'a', '-', '1-', '.-_', '+'])
        compare(piece.repeat(200_000), `${piece.repeat(200_000)}x`);
      assert.ok(performance.now() - started < 1000);
    });
  });

function whyNoPackaging(): string | false {
  const asked = spawnSync('python3', ['-c', 'import packaging.version']);
  return asked.status === 0 ? false : 'there is no Python with the module packaging';
}

function askPackaging(pairs: readonly (readonly [string, string])[]): readonly string[] {
  const script = `
import sys
from packaging.version import Version, InvalidVersion
for line in sys.stdin:
    a, b = line.rstrip("\\n").split(" ")
    try:
        a, b = Version(a), Version(b)
        print((a > b) - (a < b))
    except InvalidVersion:
        print("invalid")
`;
  const input = pairs.map((pair) => `${pair.join(' ')}\n`).join('');
  return spawnSync('python3', ['-c', script], { input, encoding: 'utf8' }).stdout.trim().split('\n');
}

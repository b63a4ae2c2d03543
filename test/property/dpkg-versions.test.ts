import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import fc from 'fast-check';
import '../support/fixed-seed.ts';
import { compareDpkgVersions } from '../../src/advisories/versions/dpkg.ts';

const hasDpkg = spawnSync('dpkg', ['--version']).status === 0;
const reason = hasDpkg ? false : 'there is no dpkg on this machine';

/** What dpkg itself says of each pair: one shell, many questions. */
function askDpkg(pairs: readonly (readonly [string, string])[]): readonly number[] {
  const script = `while read -r a b; do
    if dpkg --compare-versions "$a" lt "$b" 2>/dev/null; then echo -1
    elif dpkg --compare-versions "$a" eq "$b" 2>/dev/null; then echo 0
    else echo 1; fi
  done`;
  const { stdout } = spawnSync('bash', ['-c', script], {
    input: pairs.map((pair) => `${pair.join(' ')}\n`).join(''),
    encoding: 'utf8',
  });
  return stdout.trim().split('\n').map(Number);
}

const piece = fc.constantFrom(
  ...['0', '1', '9', '10', '010', '2', '00', 'a', 'b', 'rc', 'Z', '+', '.', '~', '~~', 'deb12u1', '+deb12u2'],
  ...['~bpo12+1', '+really', '.dfsg', '~rc1', 'git20240101', '12345678901234567890123', '-', '+b1'],
);
const upstream = fc.array(piece, { maxLength: 5 }).map((pieces) => `1${pieces.join('')}`);
const revision = fc
  .array(piece, { minLength: 1, maxLength: 3 })
  .map((pieces) => pieces.join('').replaceAll('-', ''));
const version = fc
  .tuple(fc.constantFrom('', '', '', '0:', '1:', '01:', '2:'), upstream, fc.option(revision))
  .map(
    ([epoch, main, last]) =>
      `${epoch}${main.replace(/-+$/, '')}${last === null || last === '' ? '' : `-${last}`}`,
  );

test('versions are ordered as dpkg orders them', { skip: reason }, () => {
  const random = fc.sample(fc.tuple(version, version), { numRuns: 350, seed: Date.now() % 2 ** 31 });
  const traps: [string, string][] = [
    ['1.0', '1.0-0'],
    ['1.0~rc1', '1.0'],
    ['1.0~~', '1.0~'],
    ['1:0.1', '2.0'],
    ['0:1', '1'],
    ['3.0.15-1~deb12u1', '3.0.15-1'],
    ['2.36-9+deb12u9', '2.36-9+deb12u13'],
    ['1.0+b1', '1.0'],
    ['1.0a', '1.0+'],
    ['1.2.3', '1.2.03'],
    ['22.01+really26.02+dfsg-0+deb12u1', '22.01+dfsg-8+deb12u1'],
    ['9999999999999999999998', '9999999999999999999999'],
    ['1-2-3', '1-2-4'],
  ];
  const pairs = [...traps, ...random];

  const ours = pairs.map(([a, b]) => Math.sign(compareDpkgVersions(a, b)));

  const theirs = askDpkg(pairs);
  for (const [index, pair] of pairs.entries())
    assert.equal(ours[index], theirs[index], `${pair.join(' ? ')}: dpkg says ${theirs[index]}`);
});

test('the order is total on any text: antisymmetric, transitive, never throwing', () => {
  const text = fc.oneof(version, fc.string({ maxLength: 20 }));
  const sign = (a: string, b: string): number => Math.sign(compareDpkgVersions(a, b));
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      assert.equal(sign(a, b), -sign(b, a) + 0);
      if (sign(a, b) <= 0 && sign(b, c) <= 0) assert.ok(sign(a, c) <= 0);
    }),
  );
});

test('a version of a million digits is compared at once', () => {
  const long = '9'.repeat(1_000_000);
  const before = performance.now();

  assert.ok(compareDpkgVersions(`${long}8`, `${long}9`) < 0);
  assert.ok(performance.now() - before < 1000);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { versionOrderOf } from '../versions/ecosystems.ts';
import { matchAffected } from './ranges.ts';
import type { OsvEvent } from './record.ts';

const npm = versionOrderOf('npm');
const introduced = (version: string): OsvEvent => ['introduced', version];
const fixed = (version: string): OsvEvent => ['fixed', version];
const last = (version: string): OsvEvent => ['last_affected', version];
const limit = (version: string): OsvEvent => ['limit', version];

interface Case {
  readonly what: string;
  readonly events: readonly OsvEvent[];
  readonly affected: readonly string[];
  readonly unaffected: readonly string[];
}

const CASES: readonly Case[] = [
  {
    what: 'from the first version to a fix',
    events: [introduced('0'), fixed('1.2.0')],
    affected: ['0.0.0', '0.1.0', '1.1.9', '1.2.0-rc.1'],
    unaffected: ['1.2.0', '1.2.1', '2.0.0'],
  },
  {
    what: 'two branches, in any order of events',
    events: [introduced('2.0.0'), fixed('1.5.0'), introduced('1.0.0'), fixed('2.3.0')],
    affected: ['1.0.0', '1.4.9', '2.0.0', '2.2.9'],
    unaffected: ['0.9.0', '1.5.0', '1.9.9', '2.0.0-rc.1', '2.3.0'],
  },
  {
    what: 'up to a last affected version',
    events: [introduced('1.0.0'), last('1.4.0')],
    affected: ['1.0.0', '1.4.0'],
    unaffected: ['0.9.9', '1.4.1'],
  },
  {
    what: 'never mended',
    events: [introduced('1.0.0')],
    affected: ['1.0.0', '99.0.0'],
    unaffected: ['0.9.0'],
  },
  {
    what: 'a limit',
    events: [introduced('0'), limit('2.0.0')],
    affected: ['1.9.9'],
    unaffected: ['2.0.0', '3.0.0'],
  },
  { what: 'no event at all', events: [], affected: [], unaffected: ['1.0.0'] },
];

for (const { what, events, affected, unaffected } of CASES)
  test(`a range is evaluated as OSV says: ${what}`, () => {
    const of = { ranges: [{ type: 'SEMVER' as const, events }], versions: [] };

    for (const version of affected) assert.equal(matchAffected(of, version, npm).isAffected, true, version);
    for (const version of unaffected)
      assert.equal(matchAffected(of, version, npm).isAffected, false, version);
  });

test('the fix is the lowest one after the version, of its own range', () => {
  const events = [introduced('1.0.0'), fixed('1.5.0'), introduced('2.0.0'), fixed('2.3.0')];
  const of = { ranges: [{ type: 'SEMVER' as const, events }], versions: [] };

  assert.deepEqual(matchAffected(of, '1.2.0', npm), { isAffected: true, fixed: '1.5.0' });
  assert.deepEqual(matchAffected(of, '2.1.0', npm), { isAffected: true, fixed: '2.3.0' });
  const open = {
    ranges: [{ type: 'SEMVER' as const, events: [introduced('0'), last('3.0.0')] }],
    versions: [],
  };
  assert.deepEqual(matchAffected(open, '1.0.0', npm), { isAffected: true, fixed: null });
});

test('a version that is listed counts, also in another spelling; without an order only the very text does', () => {
  const of = { ranges: [], versions: ['1.0', '2.0'] };

  assert.equal(matchAffected(of, '1.0.0', versionOrderOf('PyPI')).isAffected, true);
  assert.equal(matchAffected(of, '1.0.0', undefined).isAffected, false);
  assert.equal(matchAffected(of, '2.0', undefined).isAffected, true);
  const ranged = { ranges: [{ type: 'ECOSYSTEM' as const, events: [introduced('0')] }], versions: [] };
  assert.equal(matchAffected(ranged, '1.0', versionOrderOf('Maven')).isAffected, false);
});

test('Debian’s traps: epochs, tildes, backports', () => {
  const debian = versionOrderOf('Debian:12');
  const of = {
    ranges: [{ type: 'ECOSYSTEM' as const, events: [introduced('0'), fixed('2:1.20.11-1+deb11u6')] }],
    versions: [],
  };
  const isAffected = (version: string): boolean => matchAffected(of, version, debian).isAffected;

  assert.equal(isAffected('2:1.20.11-1+deb11u5'), true);
  assert.equal(isAffected('2:1.20.11-1+deb11u6~bpo10+1'), true);
  assert.equal(isAffected('99.0-1'), true);
  assert.equal(isAffected('2:1.20.11-1+deb11u10'), false);
});

test('the order of the events makes no difference', () => {
  const version = fc.tuple(fc.nat(3), fc.nat(3)).map((numbers) => `${numbers.join('.')}.0`);
  const steps = fc.uniqueArray(version, { minLength: 2, maxLength: 6 });
  fc.assert(
    fc.property(steps, version, fc.integer(), (versions, at, seed) => {
      const sorted = versions.toSorted((a, b) => npm?.(a, b) ?? 0);
      const events = sorted.map((it, index) => (index % 2 === 0 ? introduced(it) : fixed(it)));
      const shuffled = events.toSorted(
        (a, b) => ((a[1].charCodeAt(0) * seed) % 7) - ((b[1].charCodeAt(2) * seed) % 5),
      );
      const of = (it: readonly OsvEvent[]) => ({
        ranges: [{ type: 'SEMVER' as const, events: it }],
        versions: [],
      });

      assert.deepEqual(matchAffected(of(shuffled), at, npm), matchAffected(of(events), at, npm));
    }),
  );
});

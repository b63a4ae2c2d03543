import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { type ZipFixture, zipArchive } from '../../test/support/zip-archive.ts';
import type { Inventory, Package } from '../core/package.ts';
import { buildOsvIndex } from './osv/build-index.ts';
import { openOsvIndex } from './osv/open-index.ts';
import { matchAffected } from './osv/ranges.ts';
import { parseOsvRecord } from './osv/record.ts';
import { createOsvSource } from './osv-source.ts';
import { versionOrderOf } from './versions/ecosystems.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const clock = { now: () => NOW };
const never = new AbortController().signal;

interface Folder extends AsyncDisposable {
  readonly path: string;
  readonly index: string;
}

async function folder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'drydock-osv-'));
  return { path, index: join(path, 'osv.db'), [Symbol.asyncDispose]: () => rm(path, { recursive: true }) };
}

async function build(to: Folder, files: readonly ZipFixture[] | Buffer): Promise<void> {
  const zip = join(to.path, 'all.zip');
  await writeFile(zip, Buffer.isBuffer(files) ? files : zipArchive(files));
  await buildOsvIndex({ path: to.index, zips: [zip], clock }, never);
}

function record(fields: Readonly<Record<string, unknown>> & { readonly id: string }): ZipFixture {
  return {
    name: `${fields.id}.json`,
    content: JSON.stringify({ modified: '2026-01-02T00:00:00Z', ...fields }),
  };
}

function affected(
  ecosystem: string,
  name: string,
  events: readonly object[],
  versions: readonly string[] = [],
): object {
  return { package: { ecosystem, name }, ranges: [{ type: 'ECOSYSTEM', events }], versions };
}

function image(packages: readonly Partial<Package>[], os: Inventory['os'] = null): Inventory {
  return {
    status: 'complete',
    notes: [],
    os,
    packages: packages.map((it) => ({
      name: 'x',
      version: '1',
      type: 'npm',
      purl: `pkg:${it.type}/${it.name}@${it.version}`,
      foundIn: '/x',
      ...it,
    })),
  };
}

test('packages are matched in their ecosystem, with name, order and fix', async () => {
  await using to = await folder();
  const events = [{ introduced: '0' }, { fixed: '2.20.0' }];
  await build(to, [
    record({
      id: 'PYSEC-1',
      aliases: ['CVE-2018-1', 'GHSA-x'],
      summary: 'It leaks.',
      affected: [affected('PyPI', 'Some.Package', events)],
      database_specific: { severity: 'HIGH' },
    }),
    record({ id: 'NPM-1', affected: [affected('npm', 'some-package', events)] }),
  ]);
  const source = createOsvSource({ indexPath: to.index, clock });
  const inventory = image([
    { name: 'some_package', version: '2.19.0', type: 'pypi' },
    { name: 'other', version: '1', type: 'pypi' },
  ]);

  const found = await source.match(inventory, never);

  assert.deepEqual(found.vulnerabilities, [
    {
      id: 'CVE-2018-1',
      aliases: ['GHSA-x', 'PYSEC-1'],
      severity: 'high',
      packageName: 'some_package',
      packageVersion: '2.19.0',
      purl: 'pkg:pypi/some_package@2.19.0',
      source: 'osv PyPI',
      summary: 'It leaks.',
      fixedVersion: '2.20.0',
      remedy: 'Use some_package 2.20.0 or later.',
    },
  ]);
  assert.deepEqual(found.state, {
    name: 'osv',
    dataDate: '2026-01-02T00:00:00Z',
    fetchedAt: NOW.toISOString(),
    isStale: false,
  });
});

test('Debian’s records are about source packages of one release, and one that mends several CVEs is each of them', async () => {
  await using to = await folder();
  const fix = [{ introduced: '0' }, { fixed: '3.0.2-1' }];
  await build(to, [
    record({
      id: 'DSA-1',
      upstream: ['CVE-2026-1', 'CVE-2026-2'],
      affected: [affected('Debian:12', 'openssl', fix)],
    }),
    record({ id: 'DSA-2', upstream: ['CVE-2026-2'], affected: [affected('Debian:12', 'openssl', fix)] }),
    record({ id: 'DSA-3', upstream: ['CVE-2026-3'], affected: [affected('Debian:11', 'openssl', fix)] }),
  ]);
  const source = createOsvSource({ indexPath: to.index, clock });
  const libssl = {
    name: 'libssl3',
    version: '3.0.1-1',
    type: 'deb',
    source: { name: 'openssl', version: '3.0.1-1' },
  };

  const found = await source.match(image([libssl], { id: 'debian', versionId: '12' }), never);

  assert.deepEqual(
    found.vulnerabilities.map(({ id }) => id),
    ['CVE-2026-1', 'CVE-2026-2'],
  );
  const ubuntu = await source.match(image([libssl], { id: 'ubuntu', versionId: '12' }), never);
  assert.deepEqual(ubuntu.vulnerabilities, []);
  assert.match(ubuntu.notes.join(), /1 package of the kind deb were not compared/);
});

test('withdrawn and odd records are left out, and hostile fields do no harm', async () => {
  await using to = await folder();
  const all = [affected('npm', 'x', [{ introduced: '0' }])];
  await build(to, [
    record({ id: 'A', withdrawn: '2026-01-01T00:00:00Z', affected: all }),
    record({ id: 'B', affected: 'none' }),
    record({
      id: 'C',
      affected: [{ package: { ecosystem: 7, name: [] } }, null, ...all],
      aliases: [1, 'CVE-2026-9'],
    }),
    record({ id: 'D', affected: [{ package: { ecosystem: 'npm', name: '__proto__' }, versions: ['1'] }] }),
    { name: 'E.json', content: '{"id": "E"' },
    { name: 'F.txt', content: 'x' },
  ]);
  const source = createOsvSource({ indexPath: to.index, clock });

  const found = await source.match(image([{ name: 'x' }, { name: '__proto__', version: '1' }]), never);

  assert.deepEqual(
    found.vulnerabilities.map(({ id }) => id),
    ['D', 'CVE-2026-9'],
  );
});

test('what the index has nothing on, or can’t order, is said', async () => {
  await using to = await folder();
  await build(to, [
    record({ id: 'A', affected: [affected('Maven', 'g:a', [{ introduced: '0' }], ['1.0'])] }),
  ]);
  const source = createOsvSource({ indexPath: to.index, clock });
  const found = await source.match(
    image([
      { name: 'g:a', version: '1.0', type: 'maven' },
      { name: 'g:a', version: '1.1', type: 'maven' },
      { name: 'x', type: 'npm' },
    ]),
    never,
  );

  assert.equal(found.vulnerabilities.length, 1);
  assert.match(
    found.notes.join('\n'),
    /2 packages of the kind maven were compared only with versions that records list/,
  );
  assert.match(found.notes.join('\n'), /1 package of the kind npm were not compared/);
});

test('without an index nothing is covered, and asking all the same is an error that says what to do', async () => {
  await using to = await folder();
  const source = createOsvSource({ indexPath: to.index, clock });

  assert.equal(source.covers(image([{ name: 'x' }])), false);
  await assert.rejects(source.match(image([{ name: 'x' }]), never), {
    code: 'advisories-unavailable',
    message: /drydock db update/,
  });
  await writeFile(to.index, 'this is no database');
  assert.equal(source.covers(image([{ name: 'x' }])), false);
});

test('an old index is stale', async () => {
  await using to = await folder();
  await build(to, [record({ id: 'A', affected: [affected('npm', 'x', [{ introduced: '0' }])] })]);
  const later = { now: () => new Date(NOW.getTime() + 8 * 86_400_000) };

  const { state } = await createOsvSource({ indexPath: to.index, clock: later }).match(
    image([{ name: 'x' }]),
    never,
  );

  assert.equal(state.isStale, true);
});

const whole = zipArchive([
  { name: 'A.json', content: '{"id":"A"}' },
  { name: 'B.json', content: '{"id":"B"}', isStored: true },
]);

const DAMAGED: readonly (readonly [what: string, archive: Buffer])[] = [
  ['something else', Buffer.from('no zip at all, but long enough to hold an end record')],
  ['nothing', Buffer.alloc(0)],
  ['an archive cut at its end', whole.subarray(0, whole.length - 10)],
  ['an archive cut at its start', whole.subarray(20)],
  ['a list that points outside', Buffer.from(whole).fill(0xee, whole.length - 6, whole.length - 2)],
  [
    'a file that is not what its checksum says',
    Buffer.from(whole.toString('latin1').replace('{"id":"B"}', '{"id":"C"}'), 'latin1'),
  ],
  ['a bomb', zipArchive([{ name: 'A.json', content: 'a'.repeat(17 * 1024 * 1024), claimedBytes: 100 }])],
  ['a file that says it is huge', zipArchive([{ name: 'A.json', content: '{}', claimedBytes: 0xfffffff0 }])],
];

for (const [what, archive] of DAMAGED)
  test(`refuses ${what}, keeps the index that was there, and leaves nothing behind`, async () => {
    await using to = await folder();
    await build(to, [record({ id: 'A', affected: [affected('npm', 'x', [{ introduced: '0' }])] })]);

    await assert.rejects(build(to, archive), { code: 'input-invalid' });

    using index = openOsvIndex(to.index);
    assert.equal(index.find('npm', 'x').length, 1);
    assert.deepEqual((await readdir(to.path)).sort(), ['all.zip', 'osv.db']);
  });

test('any archive with a changed byte is read or refused, never worse', async () => {
  await using to = await folder();
  await fc.assert(
    fc.asyncProperty(fc.nat(whole.length - 1), fc.nat(255), async (at, value) => {
      const changed = Buffer.from(whole);
      changed[at] = value;
      await build(to, changed).catch((error: unknown) => {
        assert.equal((error as { code?: string }).code, 'input-invalid', String(error));
      });
    }),
    { numRuns: 60 },
  );
});

test('the index says the same as the records that it is made of', async () => {
  await using to = await folder();
  const version = fc.constantFrom('0', '1.0', '1.0.0', '1.0rc1', '1.1', '2', '2.0.post1', '10.0');
  const event = fc
    .tuple(fc.constantFrom('introduced', 'fixed', 'last_affected'), version)
    .map(([kind, at]) => ({ [kind]: at }));
  await fc.assert(
    fc.asyncProperty(
      fc.array(event, { maxLength: 4 }),
      fc.array(version, { maxLength: 4 }),
      async (events, versions) => {
        const it = record({ id: 'A', affected: [affected('PyPI', 'x', events, versions)] });
        await build(to, [it]);
        const [direct] = parseOsvRecord(it.content)?.affected ?? [];
        assert.ok(direct);
        using index = openOsvIndex(to.index);
        const [kept] = index.find('PyPI', 'x');
        assert.ok(kept);
        const order = versionOrderOf('PyPI');

        for (const installed of ['0.1', '1.0', '1.0.0', '1.0.5', '2.0.post1', '11'])
          assert.equal(
            matchAffected(kept.affected, installed, order).isAffected,
            matchAffected(direct, installed, order).isAffected,
            installed,
          );
      },
    ),
    { numRuns: 40 },
  );
});

import assert from 'node:assert/strict';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { readAptSources, securityArchives } from '../../src/advisories/debian/apt-sources.ts';
import { decompress } from '../../src/advisories/debian/decompress.ts';
import {
  createDebianSecuritySource,
  type DebianSecurityOptions,
} from '../../src/advisories/debian-security.ts';
import type { Inventory, Package } from '../../src/core/package.ts';
import type { AdvisorySource, Clock } from '../../src/core/ports.ts';
import { createGpgvVerifier } from '../../src/engines/gpgv.ts';
import { createXzDecoder } from '../../src/engines/xz.ts';
import {
  type ArchiveFiles,
  type ArchiveServer,
  buildArchive,
  createSigningKey,
  missingPrograms,
  releaseText,
  type SigningKey,
  type SourceFixture,
  startArchiveServer,
  temporaryFolder,
  xz,
} from '../support/debian-archive.ts';

const NOW = new Date('2026-11-20T12:00:00Z');
const HOUR_MS = 3_600_000;
const never = new AbortController().signal;

function debian(packages: readonly Partial<Package>[], os: Partial<Inventory['os']> = {}): Inventory {
  return {
    status: 'complete',
    notes: [],
    os: { id: 'debian', versionId: '12', codename: 'bookworm', ...os },
    packages: [{ name: 'base-files', version: '12.4+deb12u12' }, ...packages].map((it) => ({
      name: 'x',
      version: '1',
      type: 'deb',
      purl: `pkg:deb/debian/${it.name}@${it.version}`,
      foundIn: '/var/lib/dpkg/status',
      ...it,
    })),
  };
}

const OPENSSL: SourceFixture = {
  name: 'openssl',
  version: '3.0.20-1~deb12u1',
  changelog: `openssl (3.0.20-1~deb12u1) bookworm-security; urgency=medium

  * New upstream version, fixes CVE-2026-2001 and
    CVE-2026-10002 (again CVE-2026-2001).

 -- A B <a@example.org>  Tue, 10 Nov 2026 10:00:00 +0000

openssl (3.0.19-1~deb12u1) bookworm-security; urgency=high

  * CVE-2025-1234

 -- A B <a@example.org>  Tue, 10 Nov 2025 10:00:00 +0000

openssl (3.0.15-1~deb12u1) bookworm; urgency=medium

  * CVE-2024-1111

 -- A B <a@example.org>  Tue, 10 Nov 2024 10:00:00 +0000
`,
};

const libssl = (source: string, version = source): Partial<Package> => ({
  name: 'libssl3',
  version,
  source: { name: 'openssl', version: source },
});

suite('Debian’s security suite', { skip: missingPrograms() }, () => {
  let key: SigningKey;
  let server: ArchiveServer;
  let files: ArchiveFiles;
  const dates = { date: new Date('2026-11-19T00:00:00Z'), validUntil: new Date('2026-11-26T00:00:00Z') };

  before(async () => {
    key = await createSigningKey();
    server = await startArchiveServer();
    files = await buildArchive(key, [OPENSSL], dates);
  });
  after(async () => {
    await server[Symbol.asyncDispose]();
    await key[Symbol.asyncDispose]();
  });

  /** A source with an empty cache of its own, on an archive of these files. */
  async function open(
    served: ArchiveFiles,
    options: Partial<DebianSecurityOptions> = {},
  ): Promise<AsyncDisposable & { readonly source: AdvisorySource; readonly cacheDir: string }> {
    const folder = await temporaryFolder();
    server.serve(served);
    server.intercept(() => false);
    return {
      source: sourceIn(folder.path, options),
      cacheDir: folder.path,
      [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
    };
  }

  function sourceIn(cacheDir: string, options: Partial<DebianSecurityOptions> = {}): AdvisorySource {
    return createDebianSecuritySource({
      cacheDir,
      fetch,
      clock: { now: () => NOW },
      verifier: createGpgvVerifier({ keyrings: [key.keyring] }),
      xz: createXzDecoder(),
      archives: [server.url],
      ...options,
    });
  }

  test('a package older than the suite’s has each CVE that the changelog names since', async () => {
    await using opened = await open(files);

    const found = await opened.source.match(debian([libssl('3.0.15-1~deb12u1')]), never);

    assert.deepEqual(found.vulnerabilities.map(({ id }) => id).sort(), [
      'CVE-2025-1234',
      'CVE-2026-10002',
      'CVE-2026-2001',
    ]);
    assert.deepEqual(found.vulnerabilities[0], {
      id: 'CVE-2025-1234',
      aliases: [],
      severity: 'high',
      packageName: 'libssl3',
      packageVersion: '3.0.15-1~deb12u1',
      purl: 'pkg:deb/debian/libssl3@3.0.15-1~deb12u1',
      fixedVersion: '3.0.20-1~deb12u1',
      source: 'debian-security bookworm-security',
      summary: 'Debian’s security update of openssl from 3.0.15-1~deb12u1 to 3.0.20-1~deb12u1',
      remedy: 'apt-get install --only-upgrade libssl3 (fixed in 3.0.20-1~deb12u1)',
    });
    assert.deepEqual(found.state, {
      name: 'debian-security bookworm-security',
      dataDate: '2026-11-19T00:00:00.000Z',
      fetchedAt: NOW.toISOString(),
      isStale: false,
    });
  });

  test('a package as new as the suite’s, newer, rebuilt, or unknown to it, has none', async () => {
    await using opened = await open(files);
    const packages = [
      libssl('3.0.20-1~deb12u1'),
      libssl('3.0.20-1~deb12u1', '3.0.20-1~deb12u1+b1'),
      libssl('1:0.1-1'),
      { name: 'bash', version: '5.2.15-2+b2', source: { name: 'bash', version: '5.2.15-2' } },
      { name: 'openssl', version: '0.0.1', type: 'npm' },
    ];

    const found = await opened.source.match(debian(packages), never);

    assert.deepEqual(found.vulnerabilities, []);
    assert.match(found.notes.join('\n'), /1 packages of other kinds \(npm\) were not compared/);
  });

  for (const format of ['debian.tar.gz', 'diff.gz', 'native.tar.xz'] as const)
    test(`the changelog is read from a ${format}`, async () => {
      await using opened = await open(await buildArchive(key, [{ ...OPENSSL, format }], dates));

      const found = await opened.source.match(debian([libssl('3.0.19-1~deb12u1')]), never);

      assert.deepEqual(found.vulnerabilities.map(({ id }) => id).sort(), ['CVE-2026-10002', 'CVE-2026-2001']);
    });

  test('an index compressed by gzip is read as well', async () => {
    await using opened = await open(await buildArchive(key, [OPENSSL], { ...dates, compression: 'gz' }));

    assert.equal((await opened.source.match(debian([libssl('1')]), never)).vulnerabilities.length, 4);
  });

  test('what the kernel’s headers lack is low: a container does not run the kernel of its image', async () => {
    const linux = {
      ...OPENSSL,
      name: 'linux',
      changelog: OPENSSL.changelog.replaceAll('openssl (', 'linux ('),
    };
    await using opened = await open(await buildArchive(key, [linux], dates));
    const headers = {
      name: 'linux-libc-dev',
      version: '3',
      source: { name: 'linux', version: '3.0.19-1~deb12u1' },
    };

    const found = await opened.source.match(debian([headers]), never);

    assert.deepEqual([...new Set(found.vulnerabilities.map(({ severity }) => severity))], ['low']);
  });

  test('an update without a changelog that can be had is still a vulnerability, and the report says why it has no CVE', async () => {
    const without = new Map([...files].filter(([path]) => !path.startsWith('pool/')));
    await using opened = await open(without);

    const found = await opened.source.match(debian([libssl('3.0.15-1~deb12u1')]), never);

    assert.deepEqual(
      found.vulnerabilities.map(({ id, fixedVersion, severity }) => [id, fixedVersion, severity]),
      [['security-update:openssl', '3.0.20-1~deb12u1', 'high']],
    );
    assert.match(found.notes.join('\n'), /CVE ids of the update of openssl are not known/);
  });

  test('where the archive lacks the source, the changelog is read from a binary package', async () => {
    const all = await buildArchive(key, [{ ...OPENSSL, deb: 'libssl3' }], dates);
    await using opened = await open(new Map([...all].filter(([path]) => !path.endsWith('.debian.tar.xz'))));
    const image = debian([libssl('3.0.19-1~deb12u1')]);

    const found = await opened.source.match(image, never);

    assert.deepEqual(found.vulnerabilities.map(({ id }) => id).sort(), ['CVE-2026-10002', 'CVE-2026-2001']);
    assert.doesNotMatch(found.notes.join('\n'), /not known/);
    server.serve(new Map());
    const offline = sourceIn(opened.cacheDir, { isOffline: true });
    assert.deepEqual((await offline.match(image, never)).vulnerabilities, found.vulnerabilities);
  });

  test('an update that names no CVE is a vulnerability of medium severity', async () => {
    const changelog = OPENSSL.changelog.replaceAll('CVE-', 'bug ');
    await using opened = await open(await buildArchive(key, [{ ...OPENSSL, changelog }], dates));

    const found = await opened.source.match(debian([libssl('3.0.15-1~deb12u1')]), never);

    assert.deepEqual(
      found.vulnerabilities.map(({ id, severity }) => [id, severity]),
      [['security-update:openssl', 'medium']],
    );
  });

  test('an update of thousands of CVEs is named once for each package', async () => {
    const many = Array.from({ length: 1200 }, (_, index) => `  * CVE-2026-${10_000 + index}`).join('\n');
    const changelog = `openssl (3.0.20-1~deb12u1) bookworm-security; urgency=high\n\n${many}\n`;
    await using opened = await open(await buildArchive(key, [{ ...OPENSSL, changelog }], dates));

    const found = await opened.source.match(debian([libssl('3.0.15-1~deb12u1')]), never);

    assert.equal(found.vulnerabilities.length, 1);
    assert.match(found.vulnerabilities[0]?.summary ?? '', /it mends 1200 CVEs/);
    assert.equal(found.vulnerabilities[0]?.severity, 'high');
  });

  test('a changelog that was changed on its way is not used', async () => {
    const changed = new Map(files);
    const [path = '', content = new Uint8Array()] =
      [...files].find(([name]) => name.startsWith('pool/')) ?? [];
    changed.set(path, Buffer.from(content).fill(0, content.length - 1));
    await using opened = await open(changed);

    const found = await opened.source.match(debian([libssl('3.0.15-1~deb12u1')]), never);

    assert.equal(found.vulnerabilities[0]?.id, 'security-update:openssl');
    assert.match(found.notes.join('\n'), /SHA-256 is not the one that the index names/);
  });

  test('within six hours the archive is not asked again; after that it is asked whether anything changed', async () => {
    let now = NOW;
    const clock: Clock = { now: () => now };
    await using opened = await open(files, { clock });
    const image = debian([libssl('3.0.15-1~deb12u1')]);
    await opened.source.match(image, never);

    const before = server.requests.length;
    await sourceIn(opened.cacheDir, { clock }).match(image, never);
    const meanwhile = server.requests.slice(before);
    now = new Date(NOW.getTime() + 7 * HOUR_MS);
    const later = await sourceIn(opened.cacheDir, { clock }).match(image, never);

    assert.deepEqual(meanwhile, []);
    assert.deepEqual(server.requests.slice(before), [
      'GET /debian-security/dists/bookworm-security/InRelease 304',
    ]);
    assert.equal(later.state.fetchedAt, now.toISOString());
    assert.equal(later.vulnerabilities.length, 3);
  });

  test('when the archive can’t be reached the cache is used, with its date; without one it is an error', async () => {
    let now = NOW;
    const clock: Clock = { now: () => now };
    await using opened = await open(files, { clock });
    const image = debian([libssl('3.0.15-1~deb12u1')]);
    await opened.source.match(image, never);

    now = new Date(NOW.getTime() + 30 * 24 * HOUR_MS);
    server.intercept((_, response) => {
      response.destroy();
      return true;
    });
    const late = await sourceIn(opened.cacheDir, { clock }).match(image, never);
    const offline = await sourceIn(opened.cacheDir, { clock, isOffline: true }).match(image, never);

    assert.equal(late.state.isStale, true);
    assert.equal(late.state.fetchedAt, NOW.toISOString());
    assert.match(late.notes.join('\n'), /as it was on 2026-11-20.*could not be refreshed/);
    assert.equal(late.vulnerabilities.length, 3);
    assert.match(offline.notes.join('\n'), /set to be offline/);
    await using empty = await temporaryFolder();
    await assert.rejects(sourceIn(empty.path, { clock }).match(image, never), {
      code: 'advisories-unavailable',
    });
    await assert.rejects(sourceIn(empty.path, { clock, isOffline: true }).match(image, never), {
      code: 'advisories-unavailable',
    });
  });

  test('a damaged cache counts as none, and a folder that can’t be written is only told', async () => {
    await using opened = await open(files);
    const image = debian([libssl('3.0.15-1~deb12u1')]);
    await opened.source.match(image, never);
    const folder = join(opened.cacheDir, 'debian-security');
    for (const name of await readdir(folder))
      if (name.endsWith('.json')) await writeFile(join(folder, name), '{"form":1,"sources":7');
    const blocked = join(opened.cacheDir, 'a-file');
    await writeFile(blocked, '');

    assert.equal((await sourceIn(opened.cacheDir).match(image, never)).vulnerabilities.length, 3);
    const kept = await sourceIn(blocked).match(image, never);
    assert.equal(kept.vulnerabilities.length, 3);
    assert.match(kept.notes.join('\n'), /could not be kept/);
  });

  test('many at once on one cache agree and leave no half-written file', async () => {
    await using opened = await open(files);
    const image = debian([libssl('3.0.15-1~deb12u1')]);

    const all = await Promise.all(
      Array.from({ length: 8 }, () => sourceIn(opened.cacheDir).match(image, never)),
    );

    for (const { vulnerabilities } of all) assert.equal(vulnerabilities.length, 3);
    const left = await readdir(join(opened.cacheDir, 'debian-security'), { recursive: true });
    assert.deepEqual(
      left.filter((name) => name.endsWith('.tmp')),
      [],
    );
  });

  const signed = (text: string): Uint8Array => key.clearSign(text);
  const withRelease = (release: Uint8Array): ArchiveFiles =>
    new Map([...files, ['dists/bookworm-security/InRelease', release]]);
  const indexes = (): ReadonlyMap<string, Uint8Array> => {
    const path = 'main/source/Sources.xz';
    return new Map([[path, files.get(`dists/bookworm-security/${path}`) ?? new Uint8Array()]]);
  };
  const release = (): Buffer => Buffer.from(files.get('dists/bookworm-security/InRelease') ?? []);

  const ATTACKS: readonly {
    readonly what: string;
    readonly make: () => ArchiveFiles | Promise<ArchiveFiles>;
    readonly says: RegExp;
  }[] = [
    {
      what: 'a signed text that was changed',
      make: () => withRelease(Buffer.from(release().toString().replace('Origin: Debian', 'Origin: Debiam'))),
      says: /signature is not good: gpgv says BADSIG/,
    },
    {
      what: 'a text without a signature',
      make: () => withRelease(Buffer.from(releaseText(indexes(), dates))),
      says: /not one clear-signed message/,
    },
    {
      what: 'lines before the signed text',
      make: () => withRelease(Buffer.concat([Buffer.from('Codename: bookworm-security\n'), release()])),
      says: /not one clear-signed message/,
    },
    {
      what: 'lines after the signature',
      make: () => withRelease(Buffer.concat([release(), Buffer.from('Codename: x\n')])),
      says: /not one clear-signed message/,
    },
    {
      what: 'two signed texts in one',
      make: () => withRelease(Buffer.concat([release(), release()])),
      says: /not one clear-signed message/,
    },
    {
      what: 'a signature by a hash that no longer binds',
      make: () => withRelease(key.clearSign(releaseText(indexes(), dates), 'SHA1')),
      says: /signature is not good/,
    },
    {
      what: 'a release of another suite',
      make: () => withRelease(signed(releaseText(indexes(), { ...dates, suite: 'bullseye-security' }))),
      says: /signed for bullseye-security, not for bookworm-security/,
    },
    {
      what: 'an expired one',
      make: () =>
        withRelease(
          signed(releaseText(indexes(), { date: dates.date, validUntil: new Date('2026-11-20T00:00:00Z') })),
        ),
      says: /valid until 2026-11-20T00:00:00\.000Z/,
    },
    {
      what: 'one from the future',
      make: () => withRelease(signed(releaseText(indexes(), { date: new Date('2027-01-01T00:00:00Z') }))),
      says: /in the future/,
    },
    {
      what: 'a release that lists no sources',
      make: () => withRelease(signed(releaseText(new Map([['x', new Uint8Array()]]), dates))),
      says: /lists no index of source packages/,
    },
    {
      what: 'a release that lacks its date',
      make: () => withRelease(signed('Codename: bookworm-security\n')),
      says: /Codename, Date and SHA256 was expected/,
    },
    {
      what: 'an index whose bytes are not those that were signed',
      make: () =>
        new Map(
          [...files].map(([path, content]) => [
            path,
            path.includes('Sources') ? Buffer.from(content).fill(0, content.length - 1) : content,
          ]),
        ),
      says: /SHA-256 is not the one/,
    },
    {
      what: 'an index that was cut short',
      make: () =>
        new Map(
          [...files].map(([path, content]) => [
            path,
            path.includes('Sources') ? content.subarray(0, 40) : content,
          ]),
        ),
      says: /SHA-256 is not the one/,
    },
    {
      what: 'a signed index that is no xz',
      make: () => {
        const path = 'main/source/Sources.xz';
        const content = Buffer.from('this is no xz');
        const text = releaseText(new Map([[path, content]]), dates);
        return new Map([...withRelease(signed(text)), [`dists/bookworm-security/${path}`, content]]);
      },
      says: /could not be decompressed/,
    },
    {
      what: 'an archive without the suite',
      make: () => new Map(),
      says: /has no bookworm-security/,
    },
  ];

  for (const { what, make, says } of ATTACKS)
    test(`refuses ${what}`, async () => {
      await using opened = await open(await make());

      await assert.rejects(opened.source.match(debian([libssl('1')]), never), {
        code: 'advisories-unavailable',
        message: says,
      });
    });

  test('refuses a release older than the one before, and keeps that', async () => {
    await using opened = await open(files, { refreshAfterMs: 0 });
    const image = debian([libssl('3.0.15-1~deb12u1')]);
    await opened.source.match(image, never);
    const older = { date: new Date('2026-11-01T00:00:00Z'), validUntil: dates.validUntil };
    server.serve(await buildArchive(key, [], older));

    const found = await opened.source.match(image, never);

    assert.equal(found.vulnerabilities.length, 3);
    assert.match(found.notes.join('\n'), /older than what was there before/);
  });

  test('refuses a key that it does not trust', async () => {
    await using other = await createSigningKey();
    await using opened = await open(await buildArchive(other, [OPENSSL], dates));

    await assert.rejects(opened.source.match(debian([libssl('1')]), never), {
      message: /signed by the unknown key/,
    });
  });

  test('refuses a signature when the keyring is not there, and says what to install', async () => {
    await using opened = await open(files, {
      verifier: createGpgvVerifier({ keyrings: ['/nonexistent/keyring.gpg'] }),
    });

    await assert.rejects(opened.source.match(debian([libssl('1')]), never), {
      code: 'advisories-unavailable',
      message: /apt-get install debian-archive-keyring/,
    });
  });

  test('does not follow a redirect to another host', async () => {
    await using opened = await open(files);
    server.intercept((_, response) => {
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end();
      return true;
    });

    await assert.rejects(opened.source.match(debian([libssl('1')]), never), {
      message: /sends us elsewhere, to 169\.254\.169\.254, which is not followed/,
    });
  });

  test('follows a redirect on the same host, but not for ever', async () => {
    await using opened = await open(files);
    server.intercept(({ url = '' }, response) => {
      if (!url.endsWith('InRelease') || url.includes('?moved')) return false;
      response.writeHead(301, { location: `${url}?moved` }).end();
      return true;
    });
    await assert.rejects(opened.source.match(debian([libssl('1')]), never), {
      message: /has no bookworm-security/,
    });

    await using again = await open(files);
    server.intercept(({ url = '' }, response) => {
      response.writeHead(301, { location: `${url}x` }).end();
      return true;
    });
    await assert.rejects(again.source.match(debian([libssl('1')]), never), {
      message: /redirects more than 3 times/,
    });
  });

  test('gives up an InRelease without end', async () => {
    await using opened = await open(files);
    server.intercept((_, response) => {
      response.writeHead(200);
      const pour = (): void => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 16)));
      };
      response.on('drain', pour);
      pour();
      return true;
    });

    await assert.rejects(opened.source.match(debian([libssl('1')]), never), {
      message: /larger than 4194304 bytes/,
    });
  });

  test('an xz bomb is given up at the bound', async () => {
    const bomb = { name: 'a.xz', content: xz(Buffer.alloc(64 * 1024 * 1024)), maxBytes: 1024 * 1024 };

    await assert.rejects(Array.fromAsync(decompress(bomb, createXzDecoder(), never)), {
      code: 'advisories-unavailable',
      message: /at most 1048576 bytes/,
    });
  });

  test('after a failure the archive is left in peace for five minutes', async () => {
    await using opened = await open(new Map());
    const image = debian([libssl('1')]);
    await assert.rejects(opened.source.match(image, never));
    const before = server.requests.length;

    await assert.rejects(opened.source.match(image, never), { message: /has no bookworm-security/ });

    assert.equal(server.requests.length, before);
  });

  test('an image that names another release than it is made of is not compared', async () => {
    await using opened = await open(files);
    const newer = debian([]);
    const packages = newer.packages.map((it) => ({ ...it, version: '13.8' }));

    await assert.rejects(opened.source.match({ ...newer, packages }, never), {
      code: 'advisories-unavailable',
      message: /says that it is Debian 12, but its base-files is 13\.8/,
    });
    await assert.rejects(opened.source.match(debian([], { versionId: '13' }), never), {
      message: /says that it is Debian 13, but bookworm-security is of Debian 12/,
    });
  });

  test('what is no Debian release is not covered', async () => {
    await using opened = await open(files);
    const covers = (os: Partial<Inventory['os']>): boolean => opened.source.covers(debian([], os));

    assert.equal(covers({}), true);
    assert.equal(covers({ id: 'ubuntu', versionId: '24.04', codename: 'noble' }), false);
    assert.equal(covers({ versionId: '9', codename: 'stretch' }), false);
    assert.equal(covers({ codename: '../../etc' }), false);
    const { os: _, ...none } = debian([]);
    assert.equal(opened.source.covers({ ...none, os: { id: 'debian', codename: 'forky' } }), false);
    assert.equal(opened.source.covers({ ...none, os: null }), false);
  });

  test('a cancelled match ends with the reason of the signal', async () => {
    await using opened = await open(files);
    const controller = new AbortController();
    server.intercept(() => {
      controller.abort(new Error('enough'));
      return true;
    });

    await assert.rejects(opened.source.match(debian([libssl('1')]), controller.signal), {
      message: 'enough',
    });
  });
});

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const archives = securityArchives(await readAptSources());

test('the archive that this machine’s own apt uses is read, and its signature is good', {
  skip: await whyUnreachable(),
}, async () => {
  await using folder = await temporaryFolder();
  const source = createDebianSecuritySource({
    cacheDir: folder.path,
    fetch,
    clock: { now: () => new Date() },
    verifier: createGpgvVerifier({ keyrings: [KEYRING] }),
    xz: createXzDecoder(),
    archives,
  });

  const found = await source.match(debian([libssl('3.0.9-1')]), never);

  assert.ok(found.vulnerabilities.length > 0);
  for (const { id } of found.vulnerabilities) assert.match(id, /^CVE-20\d\d-\d+$/);
});

async function whyUnreachable(): Promise<string | false> {
  const [archive] = archives;
  if (archive === undefined) return 'this machine’s apt names no security archive of Debian';
  const response = await fetch(`${archive}/dists/bookworm-security/InRelease`, {
    signal: AbortSignal.timeout(10_000),
  }).catch(() => undefined);
  await response?.body?.cancel();
  return response?.ok === true
    ? missingPrograms()
    : 'the security archive of this machine’s apt can’t be reached';
}

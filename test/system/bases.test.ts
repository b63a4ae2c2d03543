import assert from 'node:assert/strict';
import { access, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, beforeEach, suite, test } from 'node:test';
import { openBaseCatalogue } from '../../src/app/base-catalogue.ts';
import { type ResolvedConfig, readConfig } from '../../src/app/config.ts';
import { findDebianMirrors } from '../../src/app/debian-mirrors.ts';
import { systemClock } from '../../src/core/clock.ts';
import { isDrydockError } from '../../src/core/errors.ts';
import type { BaseImage, Wants } from '../../src/core/ports.ts';
import type { BaseCatalogue } from '../../src/engines/bases/catalogue.ts';
import type { BasePolicy } from '../../src/engines/bases/resolve-base.ts';
import type { EngineUnderTest } from '../contract/engine-driver.ts';
import { mustBuild, openSpace } from '../contract/kit.ts';
import { podmanDriver } from '../contract/podman-driver.ts';
import { writeTestRootfs } from '../support/base-image.ts';
import { type LocalRegistry, startLocalRegistry } from '../support/local-registry.ts';

const driver = podmanDriver({ withGvisor: false });
const REFUSE: BasePolicy = { unknown: 'refuse', substitutes: {}, staleAfterDays: 30 };
const PULL: BasePolicy = { ...REFUSE, unknown: 'pull' };
const CONFIG = readConfig(process.env);
const SLIM = 'docker.io/library/debian:bookworm-slim';
const UNPATCHED = 'docker.io/library/debian:bookworm-unpatched';

const [NO_DEBIAN, NO_REGISTRY] = await Promise.all([whyNoDebian(), whyNoRegistry()]);

suite(`base images on ${driver.name}`, { skip: driver.skip }, () => {
  let under: EngineUnderTest;
  let folder: string;
  let catalogue: BaseCatalogue;

  before(async () => {
    under = await driver.create();
  });
  after(() => under?.[Symbol.asyncDispose]());
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drydock-bases-'));
    catalogue = await open({ cacheDir: join(folder, 'cache') });
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  function open(settings: Partial<ResolvedConfig>): Promise<BaseCatalogue> {
    const config = { ...CONFIG, engineDir: join(folder, 'engine'), ...settings };
    return openBaseCatalogue({ config, store: under.engine.bases, clock: systemClock });
  }

  test('busybox is built without any network, says what is inside, and a second build does nothing', async () => {
    const offline = await open({ cacheDir: join(folder, 'cache'), isOffline: true });

    const first = await offline.build({ name: 'busybox:latest' });
    const second = await offline.build({ name: 'busybox:latest' });

    assert.match(first.image.origin, /busybox-static 1:\d/);
    assert.deepEqual([first.isUnchanged, second.isUnchanged], [false, true]);
    const files = await filesOf(first.image, ['/var/lib/dpkg/status.d/busybox-static', '/etc/os-release']);
    assert.match(files.get('/var/lib/dpkg/status.d/busybox-static') ?? '', /^Package: busybox-static$/m);
    assert.match(files.get('/etc/os-release') ?? '', /^ID=/m);
  });

  test('a damaged copy in the cache is made anew', async () => {
    await catalogue.build({ name: 'busybox:latest' });
    const cache = join(folder, 'cache/rootfs');
    const [name = ''] = await readdir(cache);
    await rm(join(cache, name));
    await writeFile(join(cache, name), 'not zstd');
    await catalogue.remove('busybox:latest');

    const { isUnchanged } = await catalogue.build({ name: 'busybox:latest' });

    assert.equal(isUnchanged, false);
  });

  suite('Debian', { skip: NO_DEBIAN }, () => {
    // The operator's own cache: a build takes half a minute, and script/bootstrap has done it already.
    const settings = { cacheDir: CONFIG.cacheDir };

    test('the patched base is slim, holds no trace of the building machine, and can be built on', async () => {
      const { image } = await (await open(settings)).build({ name: 'debian:bookworm-slim' });

      assert.ok(image.sizeBytes < 100 * 2 ** 20, `${image.sizeBytes} bytes`);
      const files = await filesOf(image, [
        '/etc/os-release',
        '/etc/machine-id',
        '/etc/hostname',
        '/etc/resolv.conf',
      ]);
      assert.match(files.get('/etc/os-release') ?? '', /^VERSION_CODENAME=bookworm$/m);
      assert.equal(files.get('/etc/machine-id') ?? '', '');
      assert.equal(files.get('/etc/hostname') ?? '', '');
      await using space = await openSpace(under);
      await mustBuild(space, `FROM ${image.address}\nRUN test ! -e /usr/share/man/man1 && id -u\n`);
    });

    test('the unpatched base lacks updates that the patched one has', async () => {
      const opened = await open(settings);
      const [patched, unpatched] = [
        await versionsOf((await opened.build({ name: SLIM })).image),
        await versionsOf((await opened.build({ name: UNPATCHED })).image),
      ];

      const behind = [...unpatched].filter(([name, version]) => (patched.get(name) ?? version) !== version);

      assert.ok(behind.length > 0, 'no package differs: Debian has released all of its fixes');
    });
  });

  suite('a registry', { skip: NO_REGISTRY }, () => {
    let registry: LocalRegistry;
    let tarPath: string;

    beforeEach(async () => {
      registry = await startLocalRegistry();
      tarPath = join(folder, 'rootfs.tar');
      await writeTestRootfs(tarPath);
    });
    afterEach(() => registry?.[Symbol.asyncDispose]());

    test('an image is pulled by tag and by digest, and the Dockerfile gets just that', async () => {
      const digest = await registry.push('team/app', '1', { tarPath });

      const byTag = await catalogue.pull(`${registry.host}/team/app:1`);
      const byDigest = await catalogue.pull(`${registry.host}/team/app@${digest}`);

      assert.equal(byTag.digest, byDigest.digest);
      await using space = await openSpace(under);
      await mustBuild(space, `FROM ${byDigest.address}\nRUN true\n`);
    });

    test('a tag that moves is not followed until somebody pulls again', async () => {
      const reference = `${registry.host}/team/moving:1`;
      await registry.push('team/moving', '1', { tarPath });
      const before = await catalogue.pull(reference);
      await registry.push('team/moving', '1', { tarPath, onBuild: ['RUN evil'] });

      const resolution = await catalogue.resolve(reference, REFUSE);
      const pulled = await catalogue.pull(reference);

      assert.equal(resolution.kind === 'base' && resolution.image.digest, before.digest);
      assert.deepEqual(pulled.onBuild, ['RUN evil']);
    });

    test('what is not there, and a digest that nobody has, is base-unavailable', async () => {
      for (const reference of [`${registry.host}/no/such:1`, `${registry.host}/no@sha256:${'a'.repeat(64)}`])
        await assert.rejects(catalogue.pull(reference), (error: unknown) =>
          isDrydockError(error, 'base-unavailable'),
        );
    });

    test('a policy that pulls lets an image in, which a policy that refuses does not then find', async () => {
      const reference = `${registry.host}/team/lenient:1`;
      await registry.push('team/lenient', '1', { tarPath });

      const lenient = await catalogue.resolve(reference, PULL);
      const strict = await catalogue.resolve(reference, REFUSE);

      assert.equal(lenient.kind, 'base');
      assert.equal(strict.kind, 'refused');
    });

    test('what was pulled stays usable when the registry is gone; what was only allowed does not', async () => {
      const [pulled, allowed] = [`${registry.host}/team/a:1`, `${registry.host}/team/b:1`];
      await registry.push('team/a', '1', { tarPath });
      await catalogue.pull(pulled);
      await catalogue.allow(allowed);
      await registry.stop();

      assert.equal((await catalogue.resolve(pulled, REFUSE)).kind, 'base');
      await assert.rejects(catalogue.resolve(allowed, REFUSE), (error: unknown) =>
        isDrydockError(error, 'base-unavailable'),
      );
    });
  });

  async function filesOf(image: BaseImage, paths: readonly string[]): Promise<ReadonlyMap<string, string>> {
    await using space = await openSpace(under);
    await using opened = await space.images.open(
      await mustBuild(space, `FROM ${image.address}\nLABEL a=b\n`),
    );
    const found = new Map<string, string>();
    for await (const file of opened.files.collect({ ...NOTHING, paths }))
      if (file.kind === 'file' && file.content !== null)
        found.set(file.path, Buffer.from(file.content).toString('utf8'));
    return found;
  }

  async function versionsOf(image: BaseImage): Promise<ReadonlyMap<string, string>> {
    const status = (await filesOf(image, ['/var/lib/dpkg/status'])).get('/var/lib/dpkg/status') ?? '';
    assert.match(status, /^Package: apt$/m);
    const packages = status.matchAll(/^Package: (\S+)\n(?:.+\n)*?Version: (\S+)$/gm);
    return new Map([...packages].map(([, name = '', version = '']) => [name, version]));
  }
});

const NOTHING: Wants = {
  paths: [],
  folders: [],
  basenames: [],
  suffixes: [],
  maxFileBytes: 16 * 2 ** 20,
  maxTotalBytes: 64 * 2 ** 20,
};

async function whyNoDebian(): Promise<string | false> {
  try {
    const { main } = await findDebianMirrors(CONFIG);
    const answer = await fetch(`${main}/dists/bookworm/InRelease`, {
      method: 'HEAD',
      signal: AbortSignal.timeout(10_000),
    });
    return answer.ok ? false : `Debian's archive answered with ${answer.status}`;
  } catch (error) {
    return `Debian's archive cannot be reached: ${String(error)}`;
  }
}

async function whyNoRegistry(): Promise<string | false> {
  return await access('/usr/bin/docker-registry').then(
    () => false,
    () => 'there is no docker-registry (script/bootstrap --for test installs it)',
  );
}

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, suite, test } from 'node:test';
import { digestOf } from '../../core/digest.ts';
import { DrydockError, isDrydockError } from '../../core/errors.ts';
import type { BaseImage, BaseStore } from '../../core/ports.ts';
import { type BaseCatalogue, createBaseCatalogue } from './catalogue.ts';
import { recipeKey } from './recipes.ts';
import type { BasePolicy } from './resolve-base.ts';
import type { RootfsBuilder } from './rootfs-builder.ts';

const DEBIAN = 'docker.io/library/debian:bookworm-slim';
const REFUSE: BasePolicy = { unknown: 'refuse', substitutes: {}, staleAfterDays: 30 };
const PULL: BasePolicy = { ...REFUSE, unknown: 'pull' };

let folder: string;
let world: World;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'drydock-catalogue-'));
  world = createWorld(folder);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

suite('what FROM may name', () => {
  test('scratch is always fine', async () => {
    const resolution = await world.catalogue.resolve('scratch', REFUSE);

    assert.equal(resolution.kind === 'base' && resolution.image.address, 'scratch');
  });

  test('a name outside the catalogue is refused with what is allowed and how to add it', async () => {
    const resolution = await world.catalogue.resolve('alpine:3', REFUSE);

    assert.equal(resolution.kind, 'refused');
    assert.match(messageOf(resolution), /debian:bookworm-slim/);
    assert.match(messageOf(resolution), /drydock base pull docker\.io\/library\/alpine:3/);
    assert.deepEqual(world.fetched, []);
  });

  for (const reference of ['oci-archive:/etc/passwd', 'containers-storage:x', '../../etc', 'a b', '', 'A/B'])
    test(`${JSON.stringify(reference)} is refused before anything is asked of the engine`, async () => {
      const resolution = await world.catalogue.resolve(reference, PULL);

      assert.equal(resolution.kind, 'refused');
      assert.deepEqual(world.fetched, []);
    });

  test('what Debian’s packages give is built when it is first named, once for all who wait', async () => {
    const resolutions = await Promise.all(
      [DEBIAN, 'debian:bookworm-slim', 'index.docker.io/library/debian:bookworm-slim'].map((reference) =>
        world.catalogue.resolve(reference, REFUSE),
      ),
    );

    for (const resolution of resolutions)
      assert.equal(resolution.kind === 'base' && resolution.image.name, DEBIAN);
    assert.deepEqual(world.fetched, [`build ${DEBIAN}`]);
  });

  test('the default substitute is used where there is no Ubuntu, and it is said', async () => {
    const resolution = await world.catalogue.resolve('ubuntu:latest', REFUSE);

    assert.ok(resolution.kind === 'base');
    assert.equal(resolution.isSubstituted, true);
    assert.equal(resolution.image.name, DEBIAN);
  });

  test('the policy’s substitutes count only where the policy substitutes', async () => {
    const policy: BasePolicy = { ...REFUSE, substitutes: { 'docker.io/library/alpine:3': DEBIAN } };

    const refused = await world.catalogue.resolve('alpine:3', policy);
    const substituted = await world.catalogue.resolve('alpine:3', { ...policy, unknown: 'substitute' });

    assert.equal(refused.kind, 'refused');
    assert.equal(substituted.kind === 'base' && substituted.isSubstituted, true);
  });

  test('a substitute leads to a base and never to another substitute or the network', async () => {
    const substitutes = {
      'docker.io/library/a:1': 'docker.io/library/ubuntu:latest',
      'docker.io/library/b:1': 'docker.io/library/nowhere:1',
    };
    const policy: BasePolicy = { ...REFUSE, unknown: 'substitute', substitutes };

    assert.match(messageOf(await world.catalogue.resolve('a:1', policy)), /not in the catalogue/);
    assert.match(messageOf(await world.catalogue.resolve('b:1', policy)), /not in the catalogue/);
    assert.deepEqual(world.fetched, []);
  });
});

suite('pulling', () => {
  test('what a lenient policy pulled is not allowed under a strict one', async () => {
    const lenient = await world.catalogue.resolve('alpine:3', PULL);
    const strict = await world.catalogue.resolve('alpine:3', REFUSE);

    assert.equal(lenient.kind, 'base');
    assert.equal(strict.kind, 'refused');
    assert.equal((await rowOf('docker.io/library/alpine:3')).isAllowed, false);
  });

  test('what the operator allowed is pulled when it is first named and not again', async () => {
    await world.catalogue.allow('alpine:3');

    await world.catalogue.resolve('alpine:3', REFUSE);
    const resolution = await world.catalogue.resolve('alpine:3', REFUSE);

    assert.equal(resolution.kind === 'base' && resolution.isSubstituted, false);
    assert.deepEqual(world.fetched, ['pull docker.io/library/alpine:3 verified']);
  });

  test('an allowed image that cannot be had now is an error and no refusal', async () => {
    await world.catalogue.allow('broken:1');

    await assert.rejects(world.catalogue.resolve('broken:1', REFUSE), (error: unknown) =>
      isDrydockError(error, 'base-unavailable'),
    );
  });

  test('an image that was exchanged in the store behind the catalogue’s back is not used', async () => {
    await world.catalogue.pull('alpine:3');
    world.images.set('docker.io/library/alpine:3', image('docker.io/library/alpine:3', 'evil'));

    const resolution = await world.catalogue.resolve('alpine:3', REFUSE);

    assert.equal(resolution.kind === 'base' && resolution.image.digest, digestOf('pulled'));
  });

  test('Debian’s own recipe stands in where the registry cannot be reached', async () => {
    world.registryIsDown = true;

    const debian = await world.catalogue.resolve('debian:bookworm-slim', PULL);
    const ubuntu = await world.catalogue.resolve('ubuntu:latest', PULL);

    assert.equal(debian.kind === 'base' && debian.isSubstituted, false);
    assert.equal(ubuntu.kind === 'base' && ubuntu.isSubstituted, true);
    await assert.rejects(world.catalogue.resolve('alpine:3', PULL), /registry is down/);
  });

  test('only a registry on this machine is asked without TLS', async () => {
    await world.catalogue.pull('127.0.0.1:5000/a:1');
    await world.catalogue.pull('localhost:5000/a:1');
    await world.catalogue.pull('localhost.example.org:5000/a:1');
    await world.catalogue.pull('127.0.0.1.example.org/a:1');

    assert.deepEqual(
      world.fetched.map((line) => line.split(' ').at(-1)),
      ['plain', 'plain', 'verified', 'verified'],
    );
  });

  test('offline, nothing is pulled', async () => {
    const { catalogue } = createWorld(folder, { isOffline: true });

    await assert.rejects(catalogue.pull('alpine:3'), /DRYDOCK_OFFLINE/);
  });
});

suite('the catalogue', () => {
  test('a second build without change makes nothing', async () => {
    const first = await world.catalogue.build({ name: 'debian:bookworm-slim' });
    const second = await world.catalogue.build({ name: 'debian:bookworm-slim' });
    world.archive = 'newer';
    const third = await world.catalogue.build({ name: 'debian:bookworm-slim' });

    assert.deepEqual([first.isUnchanged, second.isUnchanged, third.isUnchanged], [false, true, false]);
  });

  test('a recipe of one’s own is kept for the next build', async () => {
    await world.catalogue.build({ name: 'mine:1', suite: 'trixie', include: ['python3'] });
    world.archive = 'newer';
    await world.catalogue.build({ name: 'mine:1' });

    assert.match((await rowOf('docker.io/library/mine:1')).origin, /trixie with python3/);
  });

  for (const wrong of [{ suite: '--help' }, { suite: 'book worm' }, { include: ['-oAPT::x=y'] }])
    test(`${JSON.stringify(wrong)} cannot become an option of mmdebstrap`, async () => {
      await assert.rejects(
        world.catalogue.build({ name: 'debian:bookworm-slim', ...wrong }),
        (error: unknown) => isDrydockError(error, 'input-invalid'),
      );
    });

  test('a base that is older than the policy wants comes with a warning that says what renews it', async () => {
    await world.catalogue.build({ name: 'debian:bookworm-slim' });
    world.now = new Date(world.now.getTime() + 31 * 86_400_000);

    const resolution = await world.catalogue.resolve(DEBIAN, REFUSE);

    assert.ok(resolution.kind === 'base');
    assert.match(resolution.warnings.join(), /31 days old.*drydock base build/);
  });

  test('a substitute must be a base that is known', async () => {
    await assert.rejects(world.catalogue.allow('a:1', { substitute: 'nowhere:1' }), /drydock base pull/);
    await assert.rejects(world.catalogue.allow('a:1', { substitute: 'a:1' }));

    await world.catalogue.allow('a:1', { substitute: 'debian:bookworm-slim' });

    const resolution = await world.catalogue.resolve('a:1', REFUSE);
    assert.equal(resolution.kind === 'base' && resolution.isSubstituted, true);
  });

  test('the default substitute can be taken out', async () => {
    assert.equal(await world.catalogue.remove('ubuntu:latest'), true);
    assert.equal(await world.catalogue.remove('ubuntu:latest'), false);

    assert.equal((await world.catalogue.resolve('ubuntu:latest', REFUSE)).kind, 'refused');
  });
});

interface World {
  readonly catalogue: BaseCatalogue;
  readonly images: Map<string, BaseImage>;
  /** What was pulled and built, in order. */
  readonly fetched: string[];
  archive: string;
  registryIsDown: boolean;
  now: Date;
}

/** A catalogue on a store in memory, a registry that has everything but `broken`, and an archive that changes on demand. */
function createWorld(at: string, { isOffline = false } = {}): World {
  const images = new Map<string, BaseImage>();
  const fetched: string[] = [];
  const state = { archive: 'old', registryIsDown: false, now: new Date('2026-01-01T00:00:00Z') };
  const keep = (it: BaseImage): BaseImage => {
    images.set(it.name, it);
    return it;
  };
  const store: BaseStore = {
    list: async () => [...images.values()],
    find: async (name) => images.get(name),
    importRootfs: async ({ name, tarPath, origin }) => {
      fetched.push(`build ${name}`);
      return keep({ ...image(name, await readFile(tarPath, 'utf8')), origin });
    },
    pull: async ({ name, tlsVerify }) => {
      if (state.registryIsDown || name.includes('broken'))
        throw new DrydockError('base-unavailable', 'The registry is down.');
      fetched.push(`pull ${name} ${tlsVerify ? 'verified' : 'plain'}`);
      return keep(image(name, 'pulled'));
    },
    remove: async (name) => images.delete(name),
  };
  const rootfs: RootfsBuilder = {
    inspect: async (recipe) => ({
      recipe,
      digest: digestOf(`${recipeKey(recipe)} ${state.archive}`),
      origin: `built from ${recipe.kind === 'debian' ? `${recipe.suite} with ${recipe.include.join()}` : 'busybox'}`,
      epochSeconds: 0,
    }),
    make: async (inputs) => {
      const path = join(at, `${inputs.digest.slice(7, 19)}.tar`);
      await writeFile(path, inputs.digest);
      return { path, [Symbol.asyncDispose]: () => rm(path) };
    },
  };
  const clock = { now: () => state.now };
  const file = join(at, 'catalogue.json');
  const catalogue = createBaseCatalogue({ store, file, rootfs, clock, isOffline });
  return Object.assign(state, { catalogue, images, fetched });
}

function image(name: string, content: string): BaseImage {
  const digest = digestOf(content);
  const createdAt = '2025-01-01T00:00:00Z';
  return {
    name,
    digest,
    address: `localhost/x:${digest}`,
    origin: 'here',
    createdAt,
    sizeBytes: 1,
    onBuild: [],
  };
}

async function rowOf(name: string): Promise<Awaited<ReturnType<BaseCatalogue['list']>>[number]> {
  const row = (await world.catalogue.list()).find((it) => it.name === name);
  assert.ok(row, `${name} is not in the catalogue`);
  return row;
}

function messageOf(resolution: Awaited<ReturnType<BaseCatalogue['resolve']>>): string {
  assert.ok(resolution.kind === 'refused');
  return resolution.message;
}

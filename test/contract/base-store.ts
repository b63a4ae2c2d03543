import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { isDigest } from '../../src/core/digest.ts';
import { isDrydockError } from '../../src/core/errors.ts';
import { BASE_NAME, importTestBase } from '../support/base-image.ts';
import { type EngineDriver, type EngineUnderTest, onlyReal } from './engine-driver.ts';
import { mustBuild, openSpace, tryBuild } from './kit.ts';

const OTHER = 'registry.example:5000/Team_x/other@sha256:'.toLowerCase() + 'a'.repeat(64);

/** What every store of base images must do. */
export function baseStoreContract(driver: EngineDriver): void {
  suite(`base store contract: ${driver.name}`, { skip: driver.skip }, () => {
    let under: EngineUnderTest;

    before(async () => {
      under = await driver.create();
    });
    after(() => under?.[Symbol.asyncDispose]());

    test('an imported base is found under its name, with where it came from', async () => {
      const found = await under.engine.bases.find(BASE_NAME);

      assert.ok(found);
      assert.equal(found.name, BASE_NAME);
      assert.equal(found.digest, under.base.digest);
      assert.equal(found.origin, 'the tests, of busybox-static');
      assert.ok(isDigest(found.digest) && found.sizeBytes > 0);
      assert.ok(Math.abs(Date.now() - Date.parse(found.createdAt)) < 60 * 60_000);
      assert.deepEqual(found.onBuild, []);
    });

    test('a name that was never given is not found', async () => {
      assert.equal(await under.engine.bases.find('docker.io/library/never:1'), undefined);
      assert.equal(await under.engine.bases.remove('docker.io/library/never:1'), false);
    });

    test('a name with a port, an underscore and a digest is kept as it is', async () => {
      const { bases } = under.engine;
      await importTestBase(bases, OTHER);

      const names = (await bases.list()).map(({ name }) => name).sort();

      assert.deepEqual(names, [BASE_NAME, OTHER].sort());
      assert.equal(await bases.remove(OTHER), true);
      assert.equal(await bases.find(OTHER), undefined);
      assert.ok(await bases.find(BASE_NAME));
    });

    test('an import under a name that is taken replaces it', async () => {
      const { bases } = under.engine;
      const name = 'docker.io/library/replaced:1';
      await importTestBase(bases, name);
      const second = await importTestBase(bases, name);

      const found = await bases.find(name);

      assert.equal(found?.digest, second.digest);
      assert.equal((await bases.list()).filter((base) => base.name === name).length, 1);
      await bases.remove(name);
    });

    test('the address in FROM takes just this image', async () => {
      await using space = await openSpace(under);

      const image = await mustBuild(space, `FROM ${under.base.address}\nRUN true\n`);

      assert.notEqual(image, under.base.digest);
    });

    test('a base has the command and the environment that it was given', onlyReal(driver), async () => {
      await using space = await openSpace(under);
      const image = await mustBuild(space, `FROM ${under.base.address}\nLABEL a=b\n`);

      await using opened = await space.images.open(image);

      assert.deepEqual(opened.config.cmd, ['sh']);
      assert.deepEqual(opened.config.env, ['PATH=/bin']);
    });

    test('no build changes a base', onlyReal(driver), async () => {
      await using space = await openSpace(under);
      const from = `FROM ${under.base.address}\n`;
      await mustBuild(space, `${from}RUN echo poison > /bin/poison && rm /etc/os-release\n`);

      const { text } = await tryBuild(space, `${from}RUN ls /bin/poison /etc/os-release; true\n`);

      assert.match(text, /^\/etc\/os-release$/m);
      assert.doesNotMatch(text, /^\/bin\/poison$/m);
    });

    test('a registry that cannot be reached is base-unavailable', onlyReal(driver), async () => {
      await assert.rejects(
        under.engine.bases.pull({
          reference: 'localhost:1/nothing/here:1',
          name: 'localhost:1/nothing/here:1',
          tlsVerify: false,
        }),
        (error) => isDrydockError(error, 'base-unavailable'),
      );
    });

    test('a reference that reads the host is refused', onlyReal(driver), async () => {
      for (const reference of ['docker-archive:/etc/passwd', 'dir:/etc', '--help', 'a b', '']) {
        await assert.rejects(
          under.engine.bases.pull({ reference, name: 'docker.io/library/x:1', tlsVerify: true }),
          (error) => isDrydockError(error, 'input-invalid'),
          reference,
        );
      }
    });
  });
}

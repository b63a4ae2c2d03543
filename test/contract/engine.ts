import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import { isDrydockError } from '../../src/core/errors.ts';
import { BASE_NAME } from '../support/base-image.ts';
import { type EngineDriver, type EngineUnderTest, onlyReal } from './engine-driver.ts';
import { mustBuild, openSpace, shellCommand, tryBuild, tryRun } from './kit.ts';

/** What every engine must do besides building, reading and running. */
export function engineContract(driver: EngineDriver): void {
  suite(`engine contract: ${driver.name}`, { skip: driver.skip }, () => {
    let under: EngineUnderTest;

    before(async () => {
      under = await driver.create();
    });
    after(() => under?.[Symbol.asyncDispose]());

    test('it says what it is and what it does not enforce', async () => {
      const description = await under.engine.describe();

      assert.equal(description.name, under.engine.name);
      assert.ok(description.version.length > 0);
      assert.ok(description.sandboxes.length > 0);
      assert.ok(description.degraded.every((line) => line.length > 0 && !line.includes('\n')));
    });

    test('a disposed space takes its images with it', async () => {
      const space = await openSpace(under);
      const image = await mustBuild(space, `FROM ${under.base.address}\nRUN true\n`);
      await space[Symbol.asyncDispose]();

      await assert.rejects(space.images.open(image), (error) => isDrydockError(error));
    });

    test('a sandbox that is not there is said to be', async () => {
      const { sandboxes } = await under.engine.describe();
      if (sandboxes.includes('gvisor')) return;
      await using space = await openSpace(under);
      const image = await mustBuild(space, `FROM ${under.base.address}\nRUN true\n`);

      await assert.rejects(tryRun(space, image, { sandbox: 'gvisor' }), (error) =>
        isDrydockError(error, 'sandbox-unavailable'),
      );
    });

    test('spaces work side by side', onlyReal(driver), async () => {
      const texts = await Promise.all(
        ['one', 'two', 'three'].map(async (word) => {
          await using space = await openSpace(under);
          const image = await mustBuild(
            space,
            `FROM ${under.base.address}\nRUN echo ${word} > /word\n${shellCommand('cat /word')}\n`,
          );
          return (await tryRun(space, image)).stdout.join();
        }),
      );

      assert.deepEqual(texts, ['one', 'two', 'three']);
    });

    test('the sweep removes what a dead process left, and keeps what lives', onlyReal(driver), async () => {
      const [dead, alive] = [`dead-${randomUUID()}`, `alive-${randomUUID()}`];
      const other = await under.reopen();
      const leftSpace = await other.openSpace(dead);
      await mustBuild(leftSpace, `FROM ${under.base.address}\nRUN echo dead > /dead\n`);
      await tryBuild(leftSpace, `FROM ${under.base.address}\nRUN echo half > /half\nRUN exit 1\n`);
      await using keptSpace = await under.engine.openSpace(alive);
      const kept = await mustBuild(
        keptSpace,
        `FROM ${under.base.address}\n${shellCommand('echo still here')}\n`,
      );

      const removed = await under.engine.sweep([alive]);

      assert.ok(removed.length > 0);
      assert.deepEqual((await tryRun(keptSpace, kept)).stdout, ['still here']);
      assert.ok(await under.engine.bases.find(BASE_NAME), 'a base was swept away');
      assert.deepEqual(await under.engine.sweep([alive]), []);
    });
  });
}

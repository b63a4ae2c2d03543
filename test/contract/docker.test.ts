import { after, before } from 'node:test';
import type { BaseImage } from '../../src/core/ports.ts';
import { createDockerEngine } from '../../src/engines/docker/engine.ts';
import { importTestBase } from '../support/base-image.ts';
import { type DockerDaemon, startDockerd, whyNoDockerd } from '../support/docker-daemon.ts';
import { dockerLeftovers } from '../support/docker-leftovers.ts';
import { baseStoreContract } from './base-store.ts';
import { builderContract } from './builder.ts';
import { dockerAttacks } from './docker-attacks.ts';
import { engineContract } from './engine.ts';
import type { EngineDriver } from './engine-driver.ts';
import { imageStoreContract } from './image-store.ts';
import { runnerContract } from './runner.ts';

const skip = await whyNoDockerd();
let daemon: DockerDaemon | undefined;
let base: Promise<BaseImage> | undefined;

before(async () => {
  if (skip === false) daemon = await startDockerd();
});
after(() => daemon?.[Symbol.asyncDispose]());

const driver: EngineDriver = {
  name: 'docker',
  skip,
  isReal: true,
  concurrency: 4,
  async create() {
    const socketPath = daemon?.socketPath ?? '';
    const engine = createDockerEngine({ socketPath });
    base ??= importTestBase(engine.bases);
    return {
      engine,
      base: await base,
      reopen: async () => createDockerEngine({ socketPath }),
      leftovers: () => dockerLeftovers(socketPath),
      [Symbol.asyncDispose]: async () => undefined,
    };
  },
};

dockerAttacks(driver);
engineContract(driver);
baseStoreContract(driver);
builderContract(driver);
imageStoreContract(driver);
runnerContract(driver);

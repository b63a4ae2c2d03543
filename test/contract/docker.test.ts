import { createDockerEngine } from '../../src/engines/docker/engine.ts';
import { importTestBase } from '../support/base-image.ts';
import { startDockerd, whyNoDockerd } from '../support/docker-daemon.ts';
import { dockerLeftovers } from '../support/docker-leftovers.ts';
import { baseStoreContract } from './base-store.ts';
import { builderContract } from './builder.ts';
import { engineContract } from './engine.ts';
import type { EngineDriver } from './engine-driver.ts';
import { imageStoreContract } from './image-store.ts';
import { runnerContract } from './runner.ts';

const driver: EngineDriver = {
  name: 'docker',
  skip: await whyNoDockerd(),
  isReal: true,
  async create() {
    const daemon = await startDockerd();
    try {
      const engine = createDockerEngine({ socketPath: daemon.socketPath });
      return {
        engine,
        base: await importTestBase(engine.bases),
        reopen: async () => createDockerEngine({ socketPath: daemon.socketPath }),
        leftovers: () => dockerLeftovers(daemon.socketPath),
        [Symbol.asyncDispose]: () => daemon[Symbol.asyncDispose](),
      };
    } catch (error) {
      await daemon[Symbol.asyncDispose]();
      throw error;
    }
  },
};

engineContract(driver);
baseStoreContract(driver);
builderContract(driver);
imageStoreContract(driver);
runnerContract(driver);

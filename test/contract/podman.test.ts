import { baseStoreContract } from './base-store.ts';
import { builderContract } from './builder.ts';
import { engineContract } from './engine.ts';
import { imageStoreContract } from './image-store.ts';
import { podmanDriver } from './podman-driver.ts';
import { runnerContract } from './runner.ts';

const driver = podmanDriver({ withGvisor: false });

engineContract(driver);
baseStoreContract(driver);
builderContract(driver);
imageStoreContract(driver);
runnerContract(driver);

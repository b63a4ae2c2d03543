import { after, before } from 'node:test';
import { storeDrivers } from '../support/stores.ts';
import { jobStoreContract } from './job-store.ts';

const drivers = storeDrivers().map((driver) => ({ driver, isUsed: driver.skip === false }));

before(async () => {
  for (const { driver, isUsed } of drivers) if (isUsed) await driver.start();
});
after(async () => {
  for (const { driver, isUsed } of drivers) if (isUsed) await driver.stop();
});

for (const { driver } of drivers) {
  jobStoreContract(driver);
}

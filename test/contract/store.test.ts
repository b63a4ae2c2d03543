import { after, before } from 'node:test';
import { storeDrivers } from '../support/stores.ts';
import { eventLogContract } from './event-log.ts';
import { idempotencyStoreContract } from './idempotency-store.ts';
import { jobQueueContract } from './job-queue.ts';
import { jobStoreContract } from './job-store.ts';
import { reportStoreContract } from './report-store.ts';
import { tokenStoreContract } from './token-store.ts';

const drivers = storeDrivers().map((driver) => ({ driver, isUsed: driver.skip === false }));

before(async () => {
  for (const { driver, isUsed } of drivers) if (isUsed) await driver.start();
});
after(async () => {
  for (const { driver, isUsed } of drivers) if (isUsed) await driver.stop();
});

for (const { driver } of drivers) {
  jobStoreContract(driver);
  jobQueueContract(driver);
  eventLogContract(driver);
  reportStoreContract(driver);
  tokenStoreContract(driver);
  idempotencyStoreContract(driver);
}

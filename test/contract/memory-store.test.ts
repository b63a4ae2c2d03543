import { systemClock } from '../../src/core/clock.ts';
import { createMemoryStore } from '../support/memory-store.ts';
import type { StoreDriver } from '../support/stores.ts';
import { idempotencyStoreContract } from './idempotency-store.ts';
import { jobStoreContract } from './job-store.ts';
import { reportStoreContract } from './report-store.ts';

/**
 * The memory store keeps the promises that tests of others lean on. It has no queue, bounds no output and has no
 * tables to look into, so it does not stand for those contracts.
 */
const memory: StoreDriver = {
  name: 'memory',
  skip: false,
  start: async () => undefined,
  stop: async () => undefined,
  open: async ({ clock = systemClock } = {}) => ({
    store: {
      ...createMemoryStore(clock),
      kind: 'pglite',
      queue: { work: async () => async () => undefined },
      ping: async () => undefined,
      [Symbol.asyncDispose]: async () => undefined,
    },
    faults: [],
    where: {},
    [Symbol.asyncDispose]: async () => undefined,
  }),
};

jobStoreContract(memory);
reportStoreContract(memory);
idempotencyStoreContract(memory);

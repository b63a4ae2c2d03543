import { systemClock } from '../../src/core/clock.ts';
import { openStore } from '../../src/store/open-store.ts';
import { createWorker } from '../../src/worker/create-worker.ts';

/** A process that takes a job and never ends it: to be killed by a test. Argument: the store's place, as JSON. */
const where: { databaseUrl?: string; dataDir?: string } = JSON.parse(process.argv[2] ?? '{}');
const store = await openStore({ ...where, clock: systemClock, maxAttempts: 3 });
await createWorker({
  ...store,
  workerId: `stuck-${process.pid}`,
  concurrency: 1,
  leaseMs: 1_000,
  runJob: async ({ id }, { emit }, signal) => {
    emit({ type: 'log', stage: 'build', stream: 'stdout', text: 'before the crash' });
    await store.events.flush(id);
    process.stdout.write(`${id}\n`);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    throw signal.reason;
  },
  onFault: () => undefined,
});

import { setTimeout as sleep } from 'node:timers/promises';
import { SUCCESS } from '../test/contract/job-store.ts';
import { newJob, storeDrivers, type TestStore } from '../test/support/stores.ts';

/**
 * Jobs a second through the store, on PGlite and on a PostgreSQL of this machine (without fsync, as in tests):
 * created one after the other, created 100 at once, started and finished by 1 and by 8 workers at once; and how long
 * after its creation a waiting worker has a job in hand.
 *
 *   node bench/store.ts [JOBS]
 */
const JOBS = Number(process.argv[2] ?? 500);

async function perSecond(count: number, work: () => Promise<unknown>): Promise<string> {
  const since = performance.now();
  await work();
  return `${Math.round((count / (performance.now() - since)) * 1_000)}/s`;
}

async function atOnce(times: number, work: () => Promise<unknown>): Promise<void> {
  await Promise.all(Array.from({ length: times }, work));
}

interface Drain {
  readonly backlog: { count: number };
  readonly left: number;
}

/** Takes and finishes jobs, `concurrency` at once, until no more than `left` wait. A stopping worker may do one more. */
async function drain({ store }: TestStore, concurrency: number, { backlog, left }: Drain): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const stop = await store.queue.work(concurrency, async (id) => {
    const job = await store.jobs.start(id, 'bench');
    if (job !== undefined) await store.jobs.finish(id, job.attempt, SUCCESS);
    backlog.count -= 1;
    if (backlog.count <= left) resolve();
  });
  await promise;
  await stop();
}

async function pickUp({ store }: TestStore): Promise<string> {
  const delays: number[] = [];
  let inHand = Promise.withResolvers<void>();
  const stop = await store.queue.work(1, async (id) => {
    await store.jobs.start(id, 'bench');
    inHand.resolve();
  });
  for (let index = 0; index < 100; index += 1) {
    inHand = Promise.withResolvers();
    await store.jobs.create(newJob());
    const since = performance.now();
    await inHand.promise;
    delays.push(performance.now() - since);
    await sleep(Math.random() * 30);
  }
  await stop();
  const sorted = delays.toSorted((a, b) => a - b);
  return `median ${sorted[50]?.toFixed(1)} ms, 95th of 100 ${sorted[94]?.toFixed(1)} ms`;
}

for (const driver of storeDrivers()) {
  if (driver.skip !== false) {
    console.log(`${driver.name}: ${driver.skip}`);
    continue;
  }
  await driver.start();
  {
    await using at = await driver.open();
    const create = (): Promise<unknown> => at.store.jobs.create(newJob());
    const few = Math.ceil(JOBS / 5);
    console.log(driver.name);
    const one = await perSecond(few, async () => {
      for (let index = 0; index < few; index += 1) await create();
    });
    console.log(`  created one by one        ${one}`);
    const many = await perSecond(JOBS, async () => {
      for (let index = 0; index < JOBS; index += 100) await atOnce(100, create);
    });
    console.log(`  created 100 at once       ${many}`);
    const backlog = { count: few + JOBS };
    console.log(
      `  taken and ended, 1 by 1   ${await perSecond(few, () => drain(at, 1, { backlog, left: JOBS }))}`,
    );
    console.log(
      `  taken and ended, 8 by 8   ${await perSecond(JOBS, () => drain(at, 8, { backlog, left: 0 }))}`,
    );
    console.log(`  in hand after its making  ${await pickUp(at)}`);
  }
  await driver.stop();
}

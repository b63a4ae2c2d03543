import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestApp, packed, SUBMISSION } from '../../../test/support/http-app.ts';

test('a submission with an Idempotency-Key makes one job however often it is sent', async () => {
  await using it = await openTestApp();
  const send = (key: string, payload: object = SUBMISSION) =>
    it.app.inject({
      method: 'POST',
      url: '/api/v1/job',
      headers: { ...it.asSubmitter, 'idempotency-key': key },
      payload,
    });

  const first = await send('k1');
  const again = await send('k1');
  const otherKey = await send('k2');
  const otherPayload = await send('k1', { ...SUBMISSION, dockerfile: packed('FROM scratch\n') });
  const badKey = await send('k 1');

  assert.equal(first.body, again.body);
  assert.notEqual(first.body, otherKey.body);
  assert.equal(otherPayload.statusCode, 422);
  assert.equal(badKey.statusCode, 422);
  assert.equal((await it.store.jobs.list({ limit: 10, order: 'oldest' })).jobs.length, 2);
});

test('a submission that the store could not take frees its Idempotency-Key', async () => {
  await using it = await openTestApp();
  const { create } = it.store.jobs;
  let isDown = true;
  const jobs = {
    ...it.store.jobs,
    create: async (job: Parameters<typeof create>[0]) => {
      if (isDown) throw new Error('down');
      return create(job);
    },
  };
  await using other = await openTestApp({ deps: { jobs, tokens: it.store.tokens } });
  const send = () =>
    other.app.inject({
      method: 'POST',
      url: '/api/v1/job',
      headers: { ...it.asSubmitter, 'idempotency-key': 'k' },
      payload: SUBMISSION,
    });

  const failed = await send();
  isDown = false;
  const taken = await send();

  assert.equal(failed.statusCode, 500);
  assert.equal(taken.statusCode, 200);
});

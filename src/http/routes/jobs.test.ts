import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestApp, packed, SUBMISSION, type TestApp } from '../../../test/support/http-app.ts';
import { sampleReport } from '../../../test/support/job-report.ts';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

async function submit({ app, asSubmitter }: TestApp, fields: object = {}): Promise<string> {
  const answer = await app.inject({
    method: 'POST',
    url: '/api/v1/job',
    headers: asSubmitter,
    payload: { ...SUBMISSION, ...fields },
  });
  assert.equal(answer.statusCode, 200, answer.body);
  return answer.json<{ id: string }>().id;
}

async function finish({ store }: TestApp, id: string): Promise<void> {
  const job = await store.jobs.start(id, 'worker');
  await store.jobs.finish(id, job?.attempt ?? 0, {
    status: 'success',
    stage: 'verdict',
    performance: 0.99,
    hardening: 84,
    reason: null,
    report: sampleReport(id, job?.attempt),
  });
}

test('a submission answers its id alone, and where the job is', async () => {
  await using it = await openTestApp();

  const answer = await it.app.inject({
    method: 'POST',
    url: '/api/v1/job',
    headers: it.asSubmitter,
    payload: SUBMISSION,
  });

  assert.equal(answer.statusCode, 200);
  const body = answer.json<{ id: string }>();
  assert.deepEqual(Object.keys(body), ['id']);
  assert.match(body.id, UUID);
  assert.equal(answer.headers.location, `/api/v1/job/${body.id}`);
});

test('a new job is shown with the six fields of the seed first, init and without a performance', async () => {
  await using it = await openTestApp();
  const id = await submit(it);

  const answer = await it.app.inject({ url: `/api/v1/job/${id}`, headers: it.asSubmitter });

  const job = answer.json<Record<string, unknown>>();
  assert.deepEqual(Object.keys(job).slice(0, 6), [
    'id',
    'name',
    'description',
    'dockerfile',
    'status',
    'performance',
  ]);
  assert.deepEqual(
    [
      job['name'],
      job['description'],
      job['dockerfile'],
      job['status'],
      job['performance'],
      job['queuePosition'],
    ],
    [SUBMISSION.name, SUBMISSION.description, SUBMISSION.dockerfile, 'init', null, 0],
  );
});

test('an id in capitals is the same id', async () => {
  await using it = await openTestApp();
  const id = await submit(it);

  const answer = await it.app.inject({ url: `/api/v1/job/${id.toUpperCase()}`, headers: it.asSubmitter });

  assert.equal(answer.statusCode, 200);
});

test('the list is a plain array that pages by Link, without gaps or repeats', async () => {
  await using it = await openTestApp();
  const ids: string[] = [];
  for (let i = 0; i < 7; i += 1) ids.push(await submit(it, { name: `job ${i}` }));

  const seen: string[] = [];
  let url: string | undefined = '/api/v1/jobs?limit=3&order=oldest&status=init';
  for (let pages = 0; url !== undefined && pages < 5; pages += 1) {
    const answer: Awaited<ReturnType<typeof it.app.inject>> = await it.app.inject({
      url,
      headers: it.asSubmitter,
    });
    seen.push(...answer.json<{ id: string }[]>().map(({ id }) => id));
    url = /^<([^>]+)>; rel="next"$/.exec(String(answer.headers.link ?? ''))?.[1];
  }

  assert.deepEqual(seen, ids);
});

test('a list whose Dockerfiles weigh much ends early and says where it goes on', async () => {
  await using it = await openTestApp({ limits: { listCharacters: 100 } });
  for (let i = 0; i < 60; i += 1) await submit(it);

  const answer = await it.app.inject({ url: '/api/v1/jobs?limit=500', headers: it.asSubmitter });

  assert.equal(answer.json<unknown[]>().length, 50);
  assert.match(String(answer.headers.link), /rel="next"/);
});

test('a cursor of another list and a limit out of bounds are refused', async () => {
  await using it = await openTestApp();
  for (const query of [
    'cursor=bm9uc2Vuc2U',
    'limit=0',
    'limit=501',
    'limit=ten',
    'status=done',
    'sort=name',
  ]) {
    const answer = await it.app.inject({ url: `/api/v1/jobs?${query}`, headers: it.asSubmitter });

    assert.equal(answer.statusCode, 422, query);
  }
});

test('a replaced job has the new fields and, with another Dockerfile, a new attempt', async () => {
  await using it = await openTestApp();
  const id = await submit(it);
  await finish(it, id);
  const put = (payload: object) =>
    it.app.inject({ method: 'PUT', url: `/api/v1/job/${id}`, headers: it.asSubmitter, payload });

  const renamed = await put({ ...SUBMISSION, name: 'renamed' });
  const afterRename = await it.store.jobs.get(id);
  const changed = await put({ ...SUBMISSION, dockerfile: packed('FROM debian:bookworm-slim\n') });
  const afterChange = await it.store.jobs.get(id);

  assert.deepEqual([renamed.body, changed.body], ['{"success":true}', '{"success":true}']);
  assert.deepEqual([afterRename?.name, afterRename?.status, afterRename?.attempt], ['renamed', 'success', 1]);
  assert.deepEqual([afterChange?.status, afterChange?.attempt], ['init', 2]);
});

for (const field of ['status', 'performance', 'id', 'attempt'])
  test(`a client can't set ${field}, neither when it submits nor when it replaces`, async () => {
    await using it = await openTestApp();
    const id = await submit(it);
    const payload = { ...SUBMISSION, [field]: field === 'performance' ? 1 : 'success' };

    const posted = await it.app.inject({
      method: 'POST',
      url: '/api/v1/job',
      headers: it.asSubmitter,
      payload,
    });
    const put = await it.app.inject({
      method: 'PUT',
      url: `/api/v1/job/${id}`,
      headers: it.asSubmitter,
      payload,
    });

    for (const answer of [posted, put]) {
      assert.equal(answer.statusCode, 422);
      assert.equal(answer.json<{ errors: { pointer: string }[] }>().errors[0]?.pointer, `#/${field}`);
    }
    assert.equal((await it.store.jobs.get(id))?.status, 'init');
  });

test('a job at work is not replaced', async () => {
  await using it = await openTestApp();
  const id = await submit(it);
  await it.store.jobs.start(id, 'worker');

  const answer = await it.app.inject({
    method: 'PUT',
    url: `/api/v1/job/${id}`,
    headers: it.asSubmitter,
    payload: SUBMISSION,
  });

  assert.equal(answer.statusCode, 409);
});

test('a removed job is gone', async () => {
  await using it = await openTestApp();
  const id = await submit(it);
  const ask = (method: 'GET' | 'DELETE') =>
    it.app.inject({ method, url: `/api/v1/job/${id}`, headers: it.asSubmitter });

  const removed = await ask('DELETE');

  assert.equal(removed.body, '{"success":true}');
  assert.equal((await ask('GET')).statusCode, 404);
  assert.equal((await ask('DELETE')).statusCode, 404);
});

test('a waiting job is canceled at once, a running one is asked to stop, again and again', async () => {
  await using it = await openTestApp();
  const waiting = await submit(it);
  const running = await submit(it);
  await it.store.jobs.start(running, 'worker');
  const cancel = async (id: string): Promise<readonly [number, unknown]> => {
    const answer = await it.app.inject({
      method: 'POST',
      url: `/api/v1/job/${id}/cancel`,
      headers: it.asSubmitter,
    });
    const { status, isCancelRequested } = answer.json<{ status: string; isCancelRequested: boolean }>();
    return [answer.statusCode, `${status} ${isCancelRequested}`];
  };

  assert.deepEqual(await cancel(waiting), [200, 'canceled false']);
  assert.deepEqual(await cancel(waiting), [200, 'canceled false']);
  assert.deepEqual(await cancel(running), [202, 'processing true']);
  assert.deepEqual(await cancel(running), [202, 'processing true']);
  assert.equal(await it.store.jobs.heartbeat(running, 1), 'cancel');
});

test('an ended job can be retried and not canceled, a waiting one not retried', async () => {
  await using it = await openTestApp();
  const id = await submit(it);
  const ask = (action: string) =>
    it.app.inject({ method: 'POST', url: `/api/v1/job/${id}/${action}`, headers: it.asSubmitter });

  assert.equal((await ask('retry')).statusCode, 409);
  await finish(it, id);
  assert.equal((await ask('cancel')).statusCode, 409);
  const retried = await ask('retry');

  assert.equal(retried.statusCode, 202);
  assert.deepEqual(
    [retried.json<{ attempt: number }>().attempt, retried.json<{ status: string }>().status],
    [2, 'init'],
  );
});

test('an ended job has an ETag that spares its transfer until it is retried; a waiting one has none', async () => {
  await using it = await openTestApp();
  const id = await submit(it);
  const get = (headers: object = {}) =>
    it.app.inject({ url: `/api/v1/job/${id}`, headers: { ...it.asSubmitter, ...headers } });
  assert.equal((await get()).headers.etag, undefined);
  await finish(it, id);

  const { etag = '' } = (await get()).headers;
  const same = await get({ 'if-none-match': `"other", W/${String(etag)}` });
  const other = await get({ 'if-none-match': '"other"' });
  await it.store.jobs.retry(id);
  const retried = await get({ 'if-none-match': etag });

  assert.match(String(etag), /^"[\w-]{27}"$/);
  assert.deepEqual([same.statusCode, same.body], [304, '']);
  assert.equal(other.statusCode, 200);
  assert.equal(retried.statusCode, 200);
});

for (const [method, path] of [
  ['GET', ''],
  ['PUT', ''],
  ['DELETE', ''],
  ['GET', '/report'],
  ['GET', '/sbom'],
  ['GET', '/logs'],
  ['GET', '/events'],
  ['POST', '/cancel'],
  ['POST', '/retry'],
] as const)
  test(`${method} /job/{id}${path} knows no unknown id and no malformed one`, async () => {
    await using it = await openTestApp();
    const ask = (id: string) =>
      it.app.inject({
        method,
        url: `/api/v1/job/${id}${path}`,
        headers: it.asSubmitter,
        ...(method === 'PUT' ? { payload: SUBMISSION } : {}),
      });

    const unknown = await ask('00000000-0000-4000-8000-000000000000');
    const malformed = await ask('urn:uuid:00000000-0000-4000-8000-000000000000');

    assert.equal(unknown.statusCode, 404);
    assert.equal(malformed.statusCode, 422);
    for (const answer of [unknown, malformed])
      assert.equal(answer.headers['content-type'], 'application/problem+json; charset=utf-8');
  });

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openTestApp, SUBMISSION, type TestApp, type TestAppOptions } from '../../test/support/http-app.ts';

interface Listening extends TestApp {
  readonly port: number;
  readonly jobId: string;
  readonly get: (headers?: Record<string, string>) => Promise<Response>;
}

async function listen(options: TestAppOptions = {}): Promise<Listening> {
  const it = await openTestApp(options);
  await it.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = it.app.server.address() as AddressInfo;
  const answer = await it.app.inject({
    method: 'POST',
    url: '/api/v1/job',
    headers: it.asSubmitter,
    payload: SUBMISSION,
  });
  const { id: jobId } = answer.json<{ id: string }>();
  const url = `http://127.0.0.1:${port}/api/v1/job/${jobId}/events`;
  return {
    ...it,
    port,
    jobId,
    get: (headers = {}) => fetch(url, { headers: { ...it.asSubmitter, ...headers } }),
  };
}

async function end({ store, jobId }: Listening): Promise<void> {
  // Undefined when a worker has it already.
  await store.jobs.start(jobId, 'worker');
  await store.jobs.finish(jobId, 1, {
    status: 'failed',
    stage: 'build',
    performance: null,
    hardening: null,
    reason: { code: 'build-failed', stage: 'build', message: 'no' },
    report: null,
  });
}

function blocks(text: string): Record<string, string>[] {
  return text
    .split('\n\n')
    .filter((block) => block !== '')
    .map((block) => Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/s, 2))));
}

test('a job is followed live to its end, in order', async () => {
  await using it = await listen();
  const response = await it.get();
  const text = response.text();
  await sleep(20);
  await it.store.jobs.start(it.jobId, 'worker');
  it.store.events.append(it.jobId, 1, { type: 'log', stage: 'build', stream: 'stdout', text: 'hello' });
  await sleep(20);
  await it.store.jobs.finish(it.jobId, 1, {
    status: 'success',
    stage: 'verdict',
    performance: 1,
    hardening: 90,
    reason: null,
    report: null,
  });

  const [retry, ...events] = blocks(await text);

  assert.equal(response.headers.get('content-type'), 'text/event-stream; charset=utf-8');
  assert.equal(response.headers.get('x-accel-buffering'), 'no');
  assert.deepEqual(retry, { retry: '2000' });
  assert.deepEqual(
    events.map(({ id, event }) => [id, event]),
    [
      ['1', 'status'],
      ['2', 'status'],
      ['3', 'log'],
      ['4', 'status'],
      ['4', 'end'],
    ],
  );
  assert.equal(JSON.parse(events[2]?.['data'] ?? '').data.text, 'hello');
  assert.deepEqual(JSON.parse(events[4]?.['data'] ?? ''), { status: 'success' });
});

test('it resumes after the last event that arrived, and says 204 when all was told', async () => {
  await using it = await listen();
  await end(it);

  const resumed = await it.get({ 'last-event-id': '2' });
  const told = await it.get({ 'last-event-id': '3' });

  assert.deepEqual(
    blocks(await resumed.text()).map(({ id, event }) => [id, event]),
    [
      [undefined, undefined],
      ['3', 'status'],
      ['3', 'end'],
    ],
  );
  assert.equal(told.status, 204);
});

test('output can forge neither a field nor an event', async () => {
  await using it = await listen();
  await it.store.jobs.start(it.jobId, 'worker');
  const forged = 'x\n\nevent: end\ndata: {"status":"success"}\n\nid: 999\r\n\u2028';
  it.store.events.append(it.jobId, 1, { type: 'log', stage: 'run', stream: 'stdout', text: forged });
  await end(it);

  const events = blocks(await (await it.get()).text());

  assert.deepEqual(
    events.map(({ event }) => event),
    [undefined, 'status', 'status', 'log', 'status', 'end'],
  );
  assert.equal(JSON.parse(events[3]?.['data'] ?? '').data.text, forged);
});

for (const id of ['-1', '1e3', '0x10', '9'.repeat(16), '1, 2', '1;drop'])
  test(`refuses the Last-Event-ID ${id}`, async () => {
    await using it = await listen();

    assert.equal((await it.get({ 'last-event-id': id })).status, 422);
  });

test('a Last-Event-ID with a line break is no request at all', async () => {
  await using it = await listen();
  const socket = connect(it.port, '127.0.0.1');
  socket.end(`GET /api/v1/job/${it.jobId}/events HTTP/1.1\r\nHost: x\r\nLast-Event-ID: 1\rX: y\r\n\r\n`);

  const [answer] = await once(socket.setEncoding('utf8'), 'data');

  assert.match(
    String(answer),
    /^HTTP\/1\.1 400 [\s\S]*application\/problem\+json[\s\S]*"code":"request-invalid"/,
  );
});

test('silence is broken by a comment', async () => {
  await using it = await listen({ limits: { heartbeatMs: 50 } });
  const text = (await it.get()).text();
  await sleep(200);
  await end(it);

  assert.ok((await text).split(': heartbeat\n\n').length >= 3);
});

test('a stream ends when its job is removed and when the app closes', async () => {
  await using it = await listen({ limits: { heartbeatMs: 50 } });
  const removed = (await it.get()).text();
  await sleep(20);
  await it.store.jobs.remove(it.jobId);
  await using other = await listen({ limits: { heartbeatMs: 60_000 } });
  const closed = (await other.get()).text();
  await sleep(20);

  await other.app.close();

  assert.doesNotMatch(await closed, /event: end/);
  await it.app.close();
  await removed;
});

test('a token may hold only so many streams open, and closing one makes room', async () => {
  await using it = await listen({ limits: { eventStreamsPerToken: 2 } });
  const first = await it.get();
  const second = await it.get();
  const third = await it.get();
  await first.body?.cancel();
  await sleep(50);
  const fourth = await it.get();

  assert.deepEqual([second.status, third.status, fourth.status], [200, 429, 200]);
  assert.equal(third.headers.get('retry-after'), '10');
});

test('HTTP/1.0 gets the stream too', async () => {
  await using it = await listen();
  await end(it);
  const socket = connect(it.port, '127.0.0.1').setEncoding('utf8');
  socket.write(
    `GET /api/v1/job/${it.jobId}/events HTTP/1.0\r\nAuthorization: ${it.asSubmitter.authorization}\r\n\r\n`,
  );

  let answer = '';
  for await (const chunk of socket) answer += String(chunk);

  assert.match(answer, /^HTTP\/1\.1 200 /);
  assert.match(answer, /\nevent: end\ndata: {"status":"failed"}\n\n$/);
});

test('a reader who takes nothing is cut off, and what it did not read is not piled up', async () => {
  await using it = await listen({ limits: { stalledReaderMs: 100 } });
  await it.store.jobs.start(it.jobId, 'worker');
  const text = 'x'.repeat(16 * 1024);
  for (let line = 0; line < 4000; line += 1)
    it.store.events.append(it.jobId, 1, { type: 'log', stage: 'build', stream: 'stdout', text });
  const before = process.memoryUsage().external + process.memoryUsage().heapUsed;
  const socket = connect(it.port, '127.0.0.1').pause();
  const cut = once(it.app.server, 'connection').then(async ([peer]) => once(peer, 'close'));
  socket.write(
    `GET /api/v1/job/${it.jobId}/events HTTP/1.1\r\nHost: x\r\nAuthorization: ${it.asSubmitter.authorization}\r\n\r\n`,
  );

  await cut;

  const grown = process.memoryUsage().external + process.memoryUsage().heapUsed - before;
  assert.ok(grown < 32 * 1024 * 1024, `${grown} bytes`);
  socket.destroy();
});

test('a stream whose store fails is cut, and the server lives on', async () => {
  await using it = await listen();
  const events = {
    ...it.store.events,
    read: async () => {
      throw new Error('the database went away');
    },
  };
  await using broken = await listen({ deps: { events } });

  const response = await broken.get();
  await assert.rejects(response.text());

  const health = await fetch(`http://127.0.0.1:${broken.port}/health`);
  assert.equal(health.status, 200);
  assert.match(broken.logged.join(''), /the database went away/);
});

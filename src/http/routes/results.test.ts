import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestApp, SUBMISSION, type TestApp } from '../../../test/support/http-app.ts';
import { sampleReport } from '../../../test/support/job-report.ts';

type Log = (stage: 'build' | 'run', text: string) => void;

/** A job that wrote something and ended. */
async function endedJob(
  it: TestApp,
  {
    hasInventory = true,
    write = () => undefined,
  }: { hasInventory?: boolean; write?: (log: Log) => void } = {},
): Promise<string> {
  const { app, store, asSubmitter } = it;
  const answer = await app.inject({
    method: 'POST',
    url: '/api/v1/job',
    headers: asSubmitter,
    payload: SUBMISSION,
  });
  const { id } = answer.json<{ id: string }>();
  await store.jobs.start(id, 'worker');
  write((stage, text) => store.events.append(id, 1, { type: 'log', stage, stream: 'stdout', text }));
  await store.jobs.finish(id, 1, {
    status: 'success',
    stage: 'verdict',
    performance: 0.99,
    hardening: 84,
    reason: null,
    report: hasInventory ? sampleReport(id) : { ...sampleReport(id), inventory: null },
  });
  return id;
}

test('the report is the report, of the newest attempt or of the one asked for', async () => {
  await using it = await openTestApp();
  const id = await endedJob(it);
  const get = (query: string) =>
    it.app.inject({ url: `/api/v1/job/${id}/report${query}`, headers: it.asSubmitter });

  assert.deepEqual((await get('')).json(), sampleReport(id));
  assert.deepEqual((await get('?attempt=1')).json(), sampleReport(id));
  assert.equal((await get('?attempt=2')).statusCode, 404);
  assert.equal((await get('?attempt=0')).statusCode, 422);
});

test('a job that has not ended has no report, and the answer says so', async () => {
  await using it = await openTestApp();
  const posted = await it.app.inject({
    method: 'POST',
    url: '/api/v1/job',
    headers: it.asSubmitter,
    payload: SUBMISSION,
  });

  const answer = await it.app.inject({
    url: `/api/v1/job/${posted.json<{ id: string }>().id}/report`,
    headers: it.asSubmitter,
  });

  assert.equal(answer.statusCode, 404);
  assert.match(answer.json<{ detail: string }>().detail, /is init and has no report yet/);
});

test('the list of packages is there when the image was read, and said to be missing when not', async () => {
  await using it = await openTestApp();
  const read = await endedJob(it);
  const unread = await endedJob(it, { hasInventory: false });
  const get = (id: string, query = '') =>
    it.app.inject({ url: `/api/v1/job/${id}/sbom${query}`, headers: it.asSubmitter });

  const sbom = await get(read);

  assert.equal(sbom.statusCode, 200);
  assert.match(String(sbom.headers['content-type']), /^application\/vnd\.cyclonedx\+json/);
  assert.equal(sbom.json<{ bomFormat: string }>().bomFormat, 'CycloneDX');
  assert.equal((await get(unread)).statusCode, 404);
  assert.equal((await get(read, '?format=word')).statusCode, 422);
});

test('logs show what a terminal would obey, and only the lines asked for', async () => {
  await using it = await openTestApp();
  const id = await endedJob(it, {
    write: (log) => {
      log('build', '\u001b]0;owned\u0007\u001b[2Jbuild');
      log('build', 'one\r\ntwo\u2028three\u202e');
      log('run', 'run\ttab');
    },
  });
  await it.store.jobs.retry(id);
  await it.store.jobs.start(id, 'worker');
  it.store.events.append(id, 2, { type: 'log', stage: 'run', stream: 'stdout', text: 'of the next attempt' });
  const get = (query = '') =>
    it.app.inject({ url: `/api/v1/job/${id}/logs${query}`, headers: it.asSubmitter });

  const all = await get('?attempt=1');

  assert.equal(all.headers['content-type'], 'text/plain; charset=utf-8');
  assert.equal(all.headers['x-content-type-options'], 'nosniff');
  assert.equal(
    all.body,
    '\\x1b]0;owned\\x07\\x1b[2Jbuild\none\\x0d\\x0atwo\\u{2028}three\\u{202e}\nrun\ttab\n',
  );
  assert.equal((await get('?attempt=1&stage=run')).body, 'run\ttab\n');
  assert.equal((await get()).body, 'of the next attempt\n');
});

test('more lines than one read gives all come, in order', async () => {
  await using it = await openTestApp();
  const id = await endedJob(it, {
    write: (log) => {
      for (let line = 0; line < 1234; line += 1) log('build', String(line));
    },
  });

  const { body } = await it.app.inject({ url: `/api/v1/job/${id}/logs`, headers: it.asSubmitter });

  assert.deepEqual(
    body.trim().split('\n').map(Number),
    Array.from({ length: 1234 }, (_, line) => line),
  );
});

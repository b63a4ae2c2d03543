import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestApp } from '../../../test/support/http-app.ts';
import { ERRORS } from '../../core/errors.ts';

const settings = { containerName: 'flask-app' };

test('health says Healthy! while the database answers', async () => {
  await using it = await openTestApp({ settings });

  const answer = await it.app.inject('/health');

  assert.equal(answer.statusCode, 200);
  assert.equal(answer.body, '{"container":"flask-app","status":"Healthy!"}');
});

test('health says Unhealthy when the database refuses, and recovers with it', async () => {
  let isDown = true;
  const ping = async (): Promise<void> => {
    if (isDown) throw new Error('refused');
  };
  await using it = await openTestApp({ settings, deps: { ping } });

  const down = await it.app.inject('/health');
  isDown = false;
  const up = await it.app.inject('/health');

  assert.deepEqual([down.statusCode, down.body], [503, '{"container":"flask-app","status":"Unhealthy"}']);
  assert.equal(up.statusCode, 200);
});

test('a database that hangs makes health Unhealthy in bounded time, and is asked once by many', async () => {
  let asked = 0;
  const ping = (): Promise<void> => {
    asked += 1;
    return new Promise(() => undefined);
  };
  await using it = await openTestApp({ deps: { ping }, limits: { pingTimeoutMs: 50 } });
  const since = performance.now();

  const answers = await Promise.all(Array.from({ length: 20 }, () => it.app.inject('/health')));

  assert.ok(answers.every(({ statusCode }) => statusCode === 503));
  assert.ok(performance.now() - since < 2000);
  assert.equal(asked, 1);
});

test('liveness asks nobody', async () => {
  await using it = await openTestApp({ deps: { ping: () => Promise.reject(new Error('down')) } });

  assert.equal((await it.app.inject('/health/live')).statusCode, 200);
});

test('metrics count requests by template, never by path', async () => {
  await using it = await openTestApp();
  const id = '00000000-0000-4000-8000-000000000000';
  await it.app.inject({ url: `/api/v1/job/${id}`, headers: it.asSubmitter });
  await it.app.inject('/a/made-up/path');

  const { body, headers } = await it.app.inject('/metrics');

  assert.match(String(headers['content-type']), /^text\/plain; version=0\.0\.4/);
  assert.match(
    body,
    /drydock_http_request_duration_seconds_count{method="GET",route="\/api\/v1\/job\/:id",class="4xx"} 1/,
  );
  assert.match(body, /route="none",class="4xx"} 1/);
  assert.doesNotMatch(body, new RegExp(`${id}|made-up`));
});

test('metrics may be for admins only, or for nobody', async () => {
  await using admins = await openTestApp({ settings: { metricsAccess: 'admin' } });
  await using off = await openTestApp({ settings: { metricsAccess: 'off' } });
  const ask = async (headers = {}) => (await admins.app.inject({ url: '/metrics', headers })).statusCode;

  assert.deepEqual([await ask(), await ask(admins.asSubmitter), await ask(admins.asAdmin)], [401, 403, 200]);
  assert.equal((await off.app.inject('/metrics')).statusCode, 404);
});

test('the type of every problem leads to what it means', async () => {
  await using it = await openTestApp();
  for (const [code, kind] of Object.entries(ERRORS)) {
    const answer = await it.app.inject(`/problems/${code}`);

    assert.equal(answer.json<{ title: string }>().title, kind.title);
  }
  assert.equal((await it.app.inject('/problems/toString')).statusCode, 404);
});

test('the service tells its version and what its engine cannot enforce', async () => {
  const engine = {
    name: 'podman',
    version: '4.3',
    isRootless: true,
    sandboxes: ['runc' as const],
    degraded: ['no memory cgroup'],
  };
  await using it = await openTestApp({
    deps: { describe: async () => engine },
    settings: { version: '9.9.9' },
  });

  const answer = await it.app.inject({ url: '/api/v1/about', headers: it.asSubmitter });

  assert.deepEqual(answer.json(), { product: 'drydock', version: '9.9.9', engine });
});

test('the page of the document loads nothing from elsewhere and its policy forbids it', async () => {
  await using it = await openTestApp();
  const { body, headers } = await it.app.inject('/api/v1/docs');
  const initializer = await it.app.inject('/api/v1/docs/static/swagger-initializer.js');
  const script = await it.app.inject('/api/v1/docs/static/swagger-ui-bundle.js');

  assert.doesNotMatch(body, /(?:src|href)="(?:https?:)?\/\//);
  assert.doesNotMatch(body, /<script(?![^>]*\bsrc=)[^>]*>[^<]*\S[^<]*<\/script>/);
  assert.match(String(headers['content-security-policy']), /^default-src 'none'; script-src 'self';/);
  assert.doesNotMatch(
    String(headers['content-security-policy']),
    /https?:|upgrade-insecure|script-src[^;]*unsafe/,
  );
  assert.match(initializer.body, /\/api\/v1\/openapi\.json/);
  assert.equal(script.statusCode, 200);
});

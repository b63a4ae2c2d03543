import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestApp } from '../../test/support/http-app.ts';

test('a token has a budget that its answers show, and its end says when to come back', async () => {
  await using it = await openTestApp({ limits: { requestsPerMinute: 2 } });
  const ask = (headers = it.asSubmitter) => it.app.inject({ url: '/api/v1/jobs', headers });

  const first = await ask();
  await ask();
  const third = await ask();
  const other = await ask(it.asAdmin);

  assert.equal(first.headers['ratelimit-policy'], '"token";q=2;w=60');
  assert.match(String(first.headers['ratelimit']), /^"token";r=1;t=\d+$/);
  assert.equal(third.statusCode, 429);
  assert.equal(third.json<{ code: string }>().code, 'too-many-requests');
  assert.ok(Number(third.headers['retry-after']) >= 1);
  assert.equal(other.statusCode, 200);
});

test('what does not exist and what needs no token is limited by address', async () => {
  const urls = ['/nothing', '/api/v1/nothing', '/health', '/problems/conflict', '/metrics', '/api/v1/job'];
  for (const url of [...urls, '/api/v1/openapi.json', '/api/v1/docs']) {
    await using it = await openTestApp({ limits: { anonymousRequestsPerMinute: 2 } });
    const statuses: number[] = [];
    for (let i = 0; i < 3; i += 1) statuses.push((await it.app.inject(url)).statusCode);

    assert.equal(statuses[2], 429, url);
    assert.notEqual(statuses[1], 429, url);
  }
});

test('an IPv6 neighbour of the same /64 shares the budget', async () => {
  await using it = await openTestApp({ limits: { anonymousRequestsPerMinute: 1 } });
  const ask = async (remoteAddress: string) =>
    (await it.app.inject({ url: '/health', remoteAddress })).statusCode;

  assert.deepEqual(
    [await ask('2001:db8:1:1::1'), await ask('2001:db8:1:1:ffff::2'), await ask('2001:db8:1:2::1')],
    [200, 429, 200],
  );
});

test('the budget is whole again when the minute is over', async () => {
  let nowMs = 0;
  const clock = { now: () => new Date(nowMs) };
  await using it = await openTestApp({ deps: { clock }, limits: { requestsPerMinute: 1 } });
  const ask = async () => (await it.app.inject({ url: '/api/v1/jobs', headers: it.asSubmitter })).statusCode;

  const before = [await ask(), await ask()];
  nowMs = 59_999;
  before.push(await ask());
  nowMs = 60_000;

  assert.deepEqual([...before, await ask()], [200, 429, 429, 200]);
});

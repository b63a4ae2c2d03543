import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openTestApp } from '../../test/support/http-app.ts';

test('a token opens the API as it is, or as a bearer token in any letters', async () => {
  await using it = await openTestApp();
  const token = it.asSubmitter.authorization.replace('Bearer ', '');
  for (const authorization of [token, `Bearer ${token}`, `bearer  ${token}`]) {
    const answer = await it.app.inject({ url: '/api/v1/jobs', headers: { authorization } });

    assert.equal(answer.statusCode, 200, authorization);
  }
});

for (const [what, authorization] of [
  ['no token', undefined],
  ['an unknown token', 'Bearer dd_unknown'],
  ['another scheme', 'Basic YTpi'],
  ['an empty token', 'Bearer '],
  ['a token as long as a novel', `Bearer ${'a'.repeat(10_000)}`],
  ['a token with SQL in it', "Bearer ' OR 1=1 --"],
] as const)
  test(`${what} is refused with a challenge`, async () => {
    await using it = await openTestApp();

    const answer = await it.app.inject({
      url: '/api/v1/jobs',
      headers: authorization === undefined ? {} : { authorization },
    });

    assert.equal(answer.statusCode, 401);
    assert.match(String(answer.headers['www-authenticate']), /^Bearer realm="drydock"/);
    assert.equal(answer.json<{ code: string }>().code, 'unauthenticated');
  });

test('revoked and expired tokens open nothing', async () => {
  await using it = await openTestApp();
  const revoked = await it.store.tokens.create({ name: 'r', role: 'admin', expiresAt: null });
  await it.store.tokens.revoke(revoked.id);
  const expired = await it.store.tokens.create({
    name: 'e',
    role: 'admin',
    expiresAt: '2001-01-01T00:00:00Z',
  });
  for (const { token } of [revoked, expired]) {
    const answer = await it.app.inject({ url: '/api/v1/jobs', headers: { authorization: token } });

    assert.equal(answer.statusCode, 401);
  }
});

test('everything under /api/v1 needs a token but the document and its page', async () => {
  await using it = await openTestApp();
  const document = (await it.app.inject('/api/v1/openapi.json')).json<{
    paths: Record<string, Record<string, { security?: unknown[] }>>;
  }>();
  const id = '00000000-0000-4000-8000-000000000000';
  for (const [path, operations] of Object.entries(document.paths))
    for (const [method, { security }] of Object.entries(operations)) {
      const isOpen = security?.length === 0;
      const answer = await it.app.inject({
        method: method.toUpperCase() as 'GET',
        url: path.replace('{id}', id).replace('{code}', 'conflict'),
      });

      assert.equal(answer.statusCode === 401, !isOpen, `${method} ${path} answered ${answer.statusCode}`);
      assert.equal(isOpen, !path.startsWith('/api/v1'), path);
    }
  for (const url of ['/api/v1/openapi.json', '/api/v1/docs'])
    assert.equal((await it.app.inject(url)).statusCode, 200);
});

test('a body of somebody without a token is not read', async () => {
  await using it = await openTestApp();

  const answer = await it.app.inject({
    method: 'POST',
    url: '/api/v1/job',
    headers: { 'content-type': 'application/json' },
    payload: '{ not json',
  });

  assert.equal(answer.statusCode, 401);
});

test('an address that shows too many wrong tokens is refused, others are not', async () => {
  let asked = 0;
  await using base = await openTestApp();
  const tokens = {
    ...base.store.tokens,
    verify: async (token: string) => {
      asked += 1;
      return base.store.tokens.verify(token);
    },
  };
  await using it = await openTestApp({ deps: { tokens }, limits: { failedAuthenticationsPerMinute: 3 } });
  const ask = (remoteAddress: string, authorization: string) =>
    it.app.inject({ url: '/api/v1/jobs', headers: { authorization }, remoteAddress });
  for (let i = 0; i < 3; i += 1) assert.equal((await ask('192.0.2.1', 'wrong')).statusCode, 401);

  const refused = await ask('192.0.2.1', 'wrong');
  const elsewhere = await ask('192.0.2.2', base.asSubmitter.authorization);

  assert.equal(refused.statusCode, 429);
  assert.match(String(refused.headers['retry-after']), /^\d+$/);
  assert.equal(elsewhere.statusCode, 200);
  assert.equal(asked, 4, 'the refused one cost the database nothing');
});

test('an address can be claimed only through a proxy that is trusted', async () => {
  for (const [trustProxy, lastStatus] of [
    [false, 429],
    [['127.0.0.1'], 401],
  ] as const) {
    await using it = await openTestApp({
      settings: { trustProxy },
      limits: { failedAuthenticationsPerMinute: 1 },
    });
    const ask = (forwarded: string) =>
      it.app.inject({ url: '/api/v1/jobs', headers: { 'x-forwarded-for': forwarded, authorization: 'x' } });

    await ask('192.0.2.1');
    const second = await ask('192.0.2.2');

    assert.equal(second.statusCode, lastStatus, String(trustProxy));
  }
});

test('tokens appear in no log', async () => {
  await using it = await openTestApp();
  const token = it.asSubmitter.authorization.replace('Bearer ', '');
  await it.app.inject({ url: '/api/v1/jobs', headers: it.asSubmitter });
  await it.app.inject({ url: '/api/v1/jobs', headers: { authorization: 'wrong-token' } });

  assert.ok(it.logged.length >= 2);
  assert.ok(!it.logged.some((line) => line.includes(token) || line.includes('wrong-token')));
});

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { openTestApp, SUBMISSION, type TestApp } from '../../test/support/http-app.ts';
import { DrydockError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';

const post = (it: TestApp, payload: string | object, headers: Record<string, string> = {}) =>
  it.app.inject({
    method: 'POST',
    url: '/api/v1/job',
    headers: { 'content-type': 'application/json', ...it.asSubmitter, ...headers },
    payload,
  });

async function port({ app }: TestApp): Promise<number> {
  await app.listen({ host: '127.0.0.1', port: 0 });
  return (app.server.address() as AddressInfo).port;
}

const BOMB = gzipSync(Buffer.alloc(64 * 1024 * 1024)).toString('base64');
const REFUSED: readonly (readonly [string, string | object, number, string])[] = [
  ['no JSON', '{ name: ', 400, 'json-invalid'],
  ['an empty body', '', 400, 'json-invalid'],
  ['an array', '[]', 422, 'input-invalid'],
  ['null', 'null', 422, 'input-invalid'],
  ['a key twice', '{"name":"a","name":"b","description":"","dockerfile":"FROM x"}', 400, 'json-invalid'],
  ['__proto__', `{"__proto__":{"role":"admin"},${JSON.stringify(SUBMISSION).slice(1)}`, 400, 'json-invalid'],
  ['constructor', { ...SUBMISSION, constructor: { prototype: { role: 'admin' } } }, 422, 'input-invalid'],
  ['a tower', '['.repeat(100_000), 400, 'json-invalid'],
  ['a number too large for any', `{"name":1e999,${JSON.stringify(SUBMISSION).slice(1)}`, 400, 'json-invalid'],
  ['a number as a name', { ...SUBMISSION, name: 1e308 }, 422, 'input-invalid'],
  ['a name too long', { ...SUBMISSION, name: '💥'.repeat(51) }, 422, 'input-invalid'],
  ['a description too long', { ...SUBMISSION, description: 'x'.repeat(101) }, 422, 'input-invalid'],
  ['a name with an escape sequence', { ...SUBMISSION, name: 'a\u001b[2J' }, 422, 'input-invalid'],
  ['a name with a line break', { ...SUBMISSION, name: 'a\nb' }, 422, 'input-invalid'],
  ['a name with NUL', { ...SUBMISSION, name: 'a\0b' }, 422, 'input-invalid'],
  [
    'half a surrogate pair',
    '{"name":"\\ud800","description":"","dockerfile":"FROM x"}',
    422,
    'input-invalid',
  ],
  [
    'half a pair in the Dockerfile',
    '{"name":"a","description":"","dockerfile":"FROM x \\ud800"}',
    422,
    'input-invalid',
  ],
  ['no base64', { ...SUBMISSION, dockerfile: '!!!' }, 422, 'payload-not-base64'],
  ['no gzip', { ...SUBMISSION, dockerfile: 'AAAA' }, 422, 'payload-not-gzip'],
  ['a gzip bomb', { ...SUBMISSION, dockerfile: BOMB }, 413, 'payload-too-large'],
  [
    'a Dockerfile field too long',
    { ...SUBMISSION, dockerfile: 'A'.repeat(600_000) },
    413,
    'payload-too-large',
  ],
  ['NUL in the Dockerfile', { ...SUBMISSION, dockerfile: 'FROM x\0' }, 422, 'payload-has-nul'],
  ['no FROM', { ...SUBMISSION, dockerfile: '# no FROM' }, 422, 'payload-no-from'],
  ['a context that is no tar', { ...SUBMISSION, context: 'AAAA' }, 422, 'context-not-tar'],
];
for (const [what, payload, status, code] of REFUSED)
  test(`a submission with ${what} is refused by name`, async () => {
    await using it = await openTestApp();

    const answer = await post(it, payload);

    assert.deepEqual([answer.statusCode, answer.json<{ code: string }>().code], [status, code], answer.body);
    assert.equal(typeof answer.json<{ detail: unknown }>().detail, 'string');
    assert.equal((await it.store.jobs.list({ limit: 1, order: 'oldest' })).jobs.length, 0);
  });

test('Unicode survives unharmed', async () => {
  await using it = await openTestApp();
  const description = 'stuffs… 💥 𝔘𝔫𝔦𝔠𝔬𝔡𝔢 עברית e\u0301 "\\';
  const posted = await post(it, { ...SUBMISSION, description });

  const answer = await it.app.inject({
    url: `/api/v1/job/${posted.json<{ id: string }>().id}`,
    headers: it.asSubmitter,
  });

  assert.equal(answer.json<{ description: string }>().description, description);
});

test('other media types are refused', async () => {
  await using it = await openTestApp();
  for (const type of [
    'text/plain',
    'application/xml',
    'multipart/form-data; boundary=x',
    'application/json-patch+json',
  ]) {
    const answer = await post(it, JSON.stringify(SUBMISSION), { 'content-type': type });

    assert.equal(answer.statusCode, 415, type);
    assert.equal(answer.json<{ code: string }>().code, 'media-type-refused');
  }
});

test('a problem repeats no control character of what was sent', async () => {
  await using it = await openTestApp();
  const answer = await post(it, { ...SUBMISSION, 'a\u001b]0;x\u0007\u202e': 1 });

  assert.equal(answer.statusCode, 422);
  const { detail } = answer.json<{ detail: string }>();
  assert.equal(detail, printable(detail));
});

test('what our drivers say stays in the log', async () => {
  await using base = await openTestApp();
  for (const [error, status] of [
    [new DrydockError('database-unavailable', 'connect to db.internal:5432 as drydock'), 503],
    [new Error('at /srv/drydock/secret.ts'), 500],
  ] as const) {
    const jobs = { ...base.store.jobs, list: () => Promise.reject(error) };
    await using it = await openTestApp({ deps: { jobs } });

    const answer = await it.app.inject({ url: '/api/v1/jobs', headers: it.asSubmitter });

    assert.equal(answer.statusCode, status);
    assert.doesNotMatch(answer.body, /internal:5432|secret\.ts/);
    assert.match(it.logged.join(''), /internal:5432|secret\.ts/);
    assert.match(it.logged.join(''), new RegExp(answer.json<{ requestId: string }>().requestId));
  }
});

test('a request id of the client is taken only when it could be one', async () => {
  await using it = await openTestApp();
  const ask = async (id: string) =>
    String(
      (await it.app.inject({ url: '/health', headers: { 'x-request-id': id } })).headers['x-request-id'],
    );

  assert.equal(await ask('trace-42'), 'trace-42');
  for (const id of ['a b', '{"level":60}', 'x'.repeat(65), ''])
    assert.match(await ask(id), /^[0-9a-f-]{36}$/, id);
});

test('wrong methods are told the right ones', async () => {
  await using it = await openTestApp();
  const id = '00000000-0000-4000-8000-000000000000';
  for (const [method, url, allow] of [
    ['DELETE', '/api/v1/jobs', 'GET, HEAD'],
    ['GET', '/api/v1/job', 'POST'],
    ['POST', `/api/v1/job/${id}`, 'DELETE, GET, HEAD, PUT'],
    ['GET', `/api/v1/job/${id}/cancel`, 'POST'],
    ['POST', '/health', 'GET, HEAD'],
    ['OPTIONS', '/api/v1/jobs', 'GET, HEAD'],
  ] as const) {
    const answer = await it.app.inject({ method, url, headers: it.asSubmitter });

    assert.deepEqual([answer.statusCode, answer.headers.allow], [405, allow], `${method} ${url}`);
  }
});

test('paths that are none are problems too', async () => {
  await using it = await openTestApp();
  for (const [url, status] of [
    ['/api/v1/%zz', 400],
    ['/api/v1/status', 404],
    ['/health/', 404],
    ['/api/v1/../../etc/passwd', 404],
    [`/api/v1/job/${'a'.repeat(2000)}`, 404],
    ['/api/v1/docs/static/%2e%2e/%2e%2e/package.json', 404],
  ] as const) {
    const answer = await it.app.inject({ url, headers: it.asSubmitter });

    assert.ok(
      answer.statusCode === status || answer.statusCode === 414,
      `${url} answered ${answer.statusCode}`,
    );
    assert.match(String(answer.headers['content-type']), /problem\+json/, url);
  }
});

test('a body longer than the route takes is refused before it is sent', async () => {
  await using it = await openTestApp({ limits: { submissionBytes: 10_000 } });
  const large = httpRequest({
    host: '127.0.0.1',
    port: await port(it),
    method: 'POST',
    path: '/api/v1/job',
    headers: { ...it.asSubmitter, 'content-type': 'application/json', 'content-length': 10_000_000_000 },
  });
  large.on('error', () => undefined);
  large.flushHeaders();

  const [answer] = await once(large, 'response');

  assert.equal(answer.statusCode, 413);
  large.destroy();
});

test('routes without a body take no large one', async () => {
  await using it = await openTestApp();
  const answer = await it.app.inject({
    method: 'POST',
    url: '/api/v1/job/00000000-0000-4000-8000-000000000000/cancel',
    headers: { ...it.asSubmitter, 'content-type': 'application/json' },
    payload: `"${'x'.repeat(5000)}"`,
  });

  assert.equal(answer.statusCode, 413);
});

test('large bodies wait their turn: one of a token, so many in all, and an aborted one makes room', async () => {
  await using it = await openTestApp({ limits: { largeBodyBytes: 100, largeBodies: 1 } });
  const listening = await port(it);
  const open = (authorization: string) => {
    const request = httpRequest({
      host: '127.0.0.1',
      port: listening,
      method: 'POST',
      path: '/api/v1/job',
      headers: { authorization, 'content-type': 'application/json', 'transfer-encoding': 'chunked' },
    });
    request.on('error', () => undefined);
    request.write('{');
    return request;
  };
  const held = open(it.asSubmitter.authorization);
  await sleep(100);

  const same = await post(it, SUBMISSION);
  const other = await post(it, SUBMISSION, { authorization: it.asAdmin.authorization });
  held.destroy();
  await sleep(100);
  const after = await post(it, SUBMISSION);

  assert.deepEqual([same.statusCode, other.statusCode, after.statusCode], [429, 429, 200]);
  assert.equal(same.headers['retry-after'], '5');
});

for (const [what, bytes, status] of [
  ['no HTTP', 'hello\r\n\r\n', 400],
  ['headers without end', `GET / HTTP/1.1\r\nHost: x\r\nX: ${'a'.repeat(40_000)}\r\n\r\n`, 431],
  [
    'two lengths',
    'POST /api/v1/job HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab',
    400,
  ],
  [
    'a length and chunks',
    'POST /api/v1/job HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
    400,
  ],
] as const)
  test(`${what} is answered by a problem and the end of the connection`, async () => {
    await using it = await openTestApp();
    const socket = connect(await port(it), '127.0.0.1').setEncoding('utf8');
    socket.on('error', () => undefined);
    socket.write(bytes);

    let answer = '';
    for await (const chunk of socket) answer += String(chunk);

    assert.match(
      answer,
      new RegExp(
        `^HTTP/1\\.1 ${status} [\\s\\S]*application/problem\\+json[\\s\\S]*"code":"request-invalid"`,
      ),
    );
  });

test('a request that never comes to its end is ended', async () => {
  await using it = await openTestApp({ limits: { requestTimeoutMs: 300, headersTimeoutMs: 200 } });
  const socket = connect(await port(it), '127.0.0.1').setEncoding('utf8');
  socket.write('GET /health HTTP/1.1\r\nHost: x\r\nX-Slow: ');

  let answer = '';
  for await (const chunk of socket) answer += String(chunk);

  assert.match(answer, /^HTTP\/1\.1 408 /);
});

test('no answer tells what serves it, and none may be framed, sniffed or stored', async () => {
  await using it = await openTestApp();
  for (const url of ['/health', '/api/v1/jobs', '/nothing']) {
    const { headers } = await it.app.inject({ url, headers: it.asSubmitter });

    assert.equal(headers.server, undefined);
    assert.equal(headers['x-powered-by'], undefined);
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['access-control-allow-origin'], undefined);
    assert.match(String(headers['content-security-policy']), /default-src 'none';frame-ancestors 'none'/);
  }
});

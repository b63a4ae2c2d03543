import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { openTestApp, SUBMISSION } from '../support/http-app.ts';
import { sampleReport } from '../support/job-report.ts';
import { storeDrivers } from '../support/stores.ts';

/** Every operation is called and every answer is held to the schema that the document gives it. */

interface Media {
  readonly schema: object;
}
interface Operation {
  readonly operationId: string;
  readonly summary?: string;
  readonly tags?: readonly string[];
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, Media>> }>>;
}

const [pglite] = storeDrivers();
assert.ok(pglite);
const at = await pglite.open();
const it = await openTestApp({ store: at.store });
after(async () => {
  await it[Symbol.asyncDispose]();
  await at[Symbol.asyncDispose]();
});
const document = (await it.app.inject('/api/v1/openapi.json')).json<{
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}>();
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema(document, 'document');
const called = new Set<string>();

async function call(
  operationId: string,
  expected: number,
  request: { id?: string; query?: string; payload?: object; headers?: Record<string, string> } = {},
): Promise<string> {
  const [path = '', method = '', operation] = find(operationId);
  const url =
    path.replace('{id}', request.id ?? '').replace('{code}', request.id ?? '') + (request.query ?? '');
  const answer = await it.app.inject({
    method: method.toUpperCase() as 'GET',
    url,
    headers: { ...it.asSubmitter, ...request.headers },
    ...(request.payload === undefined ? {} : { payload: request.payload }),
  });
  assert.equal(answer.statusCode, expected, `${operationId}: ${answer.body}`);

  const key = [String(expected), `${String(expected)[0]}XX`].find((status) => status in operation.responses);
  assert.ok(key, `${operationId} does not document ${expected}`);
  called.add(`${operationId} ${key}`);
  const content = operation.responses[key]?.content ?? {};
  const type = String(answer.headers['content-type'] ?? '').split(';')[0] ?? '';
  if (Object.keys(content).length === 0) assert.deepEqual([answer.body, type], ['', '']);
  else assert.ok(type in content, `${operationId} ${key} answers ${type}`);
  if (type.endsWith('json')) {
    const pointer = ['paths', path, method, 'responses', key, 'content', type, 'schema']
      .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
      .join('/');
    const validate = ajv.compile({ $ref: `document#/${pointer}` });
    assert.ok(validate(answer.json()), `${operationId} ${key}: ${ajv.errorsText(validate.errors)}`);
  }
  return answer.body;
}

function find(operationId: string): readonly [string, string, Operation] {
  for (const [path, operations] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(operations))
      if (operation.operationId === operationId) return [path, method, operation];
  throw new Error(`The document has no ${operationId}.`);
}

async function submit(): Promise<string> {
  return JSON.parse(await call('createJob', 200, { payload: SUBMISSION })).id;
}

async function finish(id: string): Promise<void> {
  await it.store.jobs.start(id, 'worker');
  it.store.events.append(id, 1, { type: 'log', stage: 'build', stream: 'stdout', text: 'hello' });
  await it.store.events.flush(id);
  await it.store.jobs.finish(id, 1, {
    status: 'failed',
    stage: 'gate',
    performance: 0.5,
    hardening: 70,
    reason: { code: 'vulnerable', stage: 'gate', message: 'CVE', clause: 'vulnerabilities.fail', line: 1 },
    report: sampleReport(id),
  });
}

const UNKNOWN = '00000000-0000-4000-8000-000000000000';

test('a job answers as the document says through its whole life', async () => {
  const id = await submit();
  await call('getJob', 200, { id });
  await call('listJobs', 200);
  await finish(id);
  await call('getJob', 200, { id });
  await call('listJobs', 200, { query: '?status=failed' });
  await call('getReport', 200, { id });
  await call('getSbom', 200, { id });
  await call('getLogs', 200, { id });
  await call('streamEvents', 200, { id });
  await call('streamEvents', 204, { id, headers: { 'last-event-id': '1000' } });
  await call('retryJob', 202, { id });
  await call('replaceJob', 200, { id, payload: SUBMISSION });
  await call('cancelJob', 200, { id });
  const running = await submit();
  await it.store.jobs.start(running, 'worker');
  await call('cancelJob', 202, { id: running });
  await call('deleteJob', 200, { id });
});

test('an unchanged job answers 304 as the document says', async () => {
  const id = await submit();
  await finish(id);
  const first = await it.app.inject({ url: `/api/v1/job/${id}`, headers: it.asSubmitter });

  await call('getJob', 304, { id, headers: { 'if-none-match': String(first.headers.etag) } });
});

test('the service answers as the document says', async () => {
  await call('getAbout', 200);
  await call('getHealth', 200);
  await call('getLiveness', 200);
  await call('getMetrics', 200);
  await call('getProblem', 200, { id: 'conflict' });
});

test('refusals answer as the document says', async () => {
  await call('createJob', 422, { payload: {} });
  await call('listJobs', 422, { query: '?limit=0' });
  await call('getAbout', 401, { headers: { authorization: 'wrong' } });
  await call('getProblem', 404, { id: 'nothing' });
  for (const operation of [
    'getJob',
    'deleteJob',
    'cancelJob',
    'retryJob',
    'getReport',
    'getSbom',
    'getLogs',
    'streamEvents',
  ])
    await call(operation, 404, { id: UNKNOWN });
  await call('replaceJob', 404, { id: UNKNOWN, payload: SUBMISSION });
});

test('nothing of the document was left out of these tests but failures of the service', () => {
  const documented = Object.values(document.paths)
    .flatMap((operations) => Object.values(operations))
    .flatMap(({ operationId, responses }) =>
      Object.keys(responses).map((status) => `${operationId} ${status}`),
    )
    .filter((answer) => !/ (?:5XX|503)$/.test(answer));

  assert.deepEqual([...called].sort(), documented.sort());
});

test('every operation has a name of its own, a summary and a tag', () => {
  const operations = Object.values(document.paths).flatMap((path) => Object.values(path));

  assert.equal(document.openapi, '3.1.0');
  assert.equal(new Set(operations.map(({ operationId }) => operationId)).size, operations.length);
  for (const { operationId, summary, tags } of operations)
    assert.ok(summary && tags?.length === 1, operationId);
});

test('the document can be asked for by HEAD', async () => {
  const answer = await it.app.inject({ method: 'HEAD', url: '/api/v1/openapi.json' });

  assert.equal(answer.statusCode, 200);
  assert.equal(answer.body, '');
  assert.ok(Number(answer.headers['content-length']) > 10_000);
});

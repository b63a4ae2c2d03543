import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { promisify } from 'node:util';
import { openTestApp, type TestApp } from '../support/http-app.ts';
import { storeDrivers, type TestStore } from '../support/stores.ts';

/** The calls of seed 003 as its README prints them, by curl, against a listening server; only a token was added. */

/** The seed's own payload, three times in its README. */
const PAYLOAD = {
  name: 'My Dockerfile',
  description: 'A docker file with dependencies and stuffs…',
  dockerfile:
    'H4sIAAAAAAAAA41TbWvbMBD+7l9xeKX9JCuh+xTIIGkcGpbFwXNaMgZFky+OiC1pspyu/fWT7OVlGYMYDPY99/Lcc3fTNPkC+s1ulRzcR/1+EMxH43gOFRPSuhfNMOTKoLRCQo4GbRgE8eIJluvsMVlMkkX2nM6yeLzO4odkEkP/DF0txqvpNE7jiTMHz0n6eTJLgdZmHzwkyzVE1ODPRhisXP46sr9sBwYfgBtkFqGp0QTpagGFUY1meQ7EANP6xQNwewvfA3CP//sDkuKEkwb6vV4PSO3y/hCSSlWqwjVC8rYQEA7hRPGd8xUVK7p64TGBJ1KIfWcGjaYSdS2UBKvgVZldLjpyfKteXdL0GDg4UmjLUKVtp1r2De7ixiiNdMmMqO/aeHQJ4MZhn4Ci5dSKCt+VRN8g05YUaIEoGPFWrMFgqgzH2XL/cWhN49jp3Gt1rXPhpEIgbyf5rggTsrasLH2YfXfl2CnaVB3rUnFWeuonqHSq1HIDtKkNrbfMIPV9CblR1Pf7v7hc7wpikCu5EUVjHNsNSCXdSro5c+tHcsni0AMvkckgWH2N07/muEe5b0fwNEuz1Wj+4r6HfjA0aiE/h+4O7oFUrTvcnPl2az3KHofhuZm6tRrceHvoqxxk6jK5g9Eoc5RcYN1WuAylWuiTtuQwHGe9xl0qwhnfInGL6Hf/8pqu6fuKttpbJaTd8uG/Kx5BFPwGuWTvU0cEAAA=',
};
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const folder = await mkdtemp(join(tmpdir(), 'drydock-seed-003-'));
await writeFile(join(folder, 'payload.json'), `${JSON.stringify(PAYLOAD, null, 2)}\n`);
await writeFile(
  join(folder, 'payload.json.sample'),
  `${JSON.stringify({ ...PAYLOAD, name: 'renamed' }, null, 2)}\n`,
);
after(() => rm(folder, { recursive: true }));

for (const driver of storeDrivers())
  suite(`the calls of seed 003 on ${driver.name}`, { skip: driver.skip }, () => {
    let at: TestStore;
    let it: TestApp;
    let origin: string;
    before(async () => {
      await driver.start();
      at = await driver.open();
      it = await openTestApp({ store: at.store });
      origin = await it.app.listen({ host: '127.0.0.1', port: 0 });
    });
    after(async () => {
      await it?.[Symbol.asyncDispose]();
      await at?.[Symbol.asyncDispose]();
      await driver.stop();
    });
    const url = (path: string): string => `${origin}${path}`;
    const curl = async (...args: readonly string[]): Promise<string> => {
      const token = it.asSubmitter.authorization.replace('Bearer ', '');
      const all = ['-sS', '-H', `Authorization: ${token}`, ...args];
      return (await promisify(execFile)('curl', all, { cwd: folder })).stdout;
    };
    const create = (): Promise<string> =>
      curl('-X', 'POST', '-H', 'Content-Type: application/json', '-d', '@payload.json', url('/api/v1/job'));

    test('create answers the id and nothing else', async () => {
      const answer = await create();

      assert.match(answer, /^\{"id":"[0-9a-f-]{36}"\}$/);
      assert.match(JSON.parse(answer).id, UUID);
    });

    test('get answers what was sent, init and no performance', async () => {
      const { id } = JSON.parse(await create());

      const job = JSON.parse(await curl('-X', 'GET', '-s', url(`/api/v1/job/${id}`)));

      const { name, description, dockerfile, status, performance } = job;
      assert.deepEqual(
        { id: job.id, name, description, dockerfile, status, performance },
        { id, ...PAYLOAD, status: 'init', performance: null },
      );
    });

    test('list answers an array of the same objects', async () => {
      const { id } = JSON.parse(await create());
      const job = JSON.parse(await curl('-s', url(`/api/v1/job/${id}`)));

      const jobs = JSON.parse(await curl('-s', url('/api/v1/jobs')));

      assert.ok(Array.isArray(jobs));
      const listed = jobs.find((one) => one.id === id);
      for (const field of ['id', 'name', 'description', 'dockerfile', 'status', 'performance'])
        assert.deepEqual(listed[field], job[field], field);
    });

    test('update takes what curl -d sends and says is a form', async () => {
      const { id } = JSON.parse(await create());

      const answer = await curl('-X', 'PUT', '-s', url(`/api/v1/job/${id}`), '-d', '@payload.json.sample');

      assert.equal(answer, '{"success":true}');
      assert.equal(JSON.parse(await curl(url(`/api/v1/job/${id}`))).name, 'renamed');
    });

    test('delete removes', async () => {
      const { id } = JSON.parse(await create());

      const answer = await curl('-X', 'DELETE', '-s', url(`/api/v1/job/${id}`));

      assert.equal(answer, '{"success":true}');
      assert.equal(JSON.parse(await curl(url(`/api/v1/job/${id}`))).status, 404);
    });

    test('curl -LI finds the document', async () => {
      const answer = await curl('-LI', '-v', url('/api/v1/openapi.json'));

      assert.match(answer, /^HTTP\/1\.1 200 OK/);
      assert.match(answer, /content-type: application\/json/i);
    });

    test("the seed's builder could still ask for the first job that waits, and can't set its status", async () => {
      await create();
      const jobs: { id: string; status: string; name: string; dockerfile: string }[] = JSON.parse(
        await curl(url('/api/v1/jobs')),
      );
      const waiting = jobs.find(({ status }) => status === 'init');
      assert.ok(waiting);
      await writeFile(join(folder, 'builder.json'), JSON.stringify({ ...PAYLOAD, status: 'processing' }));

      const answer = JSON.parse(
        await curl(
          '-X',
          'PUT',
          '-H',
          'Content-Type: application/json',
          url(`/api/v1/job/${waiting.id}`),
          '--data-binary',
          '@builder.json',
        ),
      );

      assert.equal(answer.status, 422);
      assert.equal(typeof answer.detail, 'string');
    });

    test("every path and method of the seed's document is there, with its fields and bounds", async () => {
      const document = JSON.parse(await curl(url('/api/v1/openapi.json')));
      const methods = (path: string): string[] => Object.keys(document.paths[path]);
      const { JobIn, Job } = document.components.schemas;

      assert.deepEqual(methods('/api/v1/job'), ['post']);
      assert.deepEqual(methods('/api/v1/job/{id}').sort(), ['delete', 'get', 'put']);
      assert.deepEqual(methods('/api/v1/jobs'), ['get']);
      assert.deepEqual(JobIn.required.sort(), ['description', 'dockerfile', 'name']);
      for (const field of ['id', 'name', 'description', 'dockerfile', 'status', 'performance'])
        assert.ok(field in Job.properties, field);
      assert.deepEqual([Job.properties.name.maxLength, Job.properties.description.maxLength], [50, 100]);
      assert.equal(Job.properties.status.default, 'init');
      assert.ok(Job.properties.status.enum.every((word: string) => word.length <= 10));
    });
  });

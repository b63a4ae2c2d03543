import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isDrydockError } from '../../core/errors.ts';
import { createDockerApi, type DockerApi } from './api.ts';

async function withServer(listener: RequestListener, use: (api: DockerApi) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'drydock-api-'));
  const socketPath = join(folder, 'socket');
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  try {
    await use(createDockerApi(socketPath));
  } finally {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  }
}

test('nobody at the socket is engine-unavailable', async () => {
  const api = createDockerApi('/nowhere/docker.sock');

  await assert.rejects(api.call({ method: 'GET', path: '/info' }), (error) =>
    isDrydockError(error, 'engine-unavailable'),
  );
  await assert.rejects(api.hijack({ method: 'POST', path: '/x' }), (error) =>
    isDrydockError(error, 'engine-unavailable'),
  );
});

test('an answer that never comes is engine-failed after timeoutMs', async () => {
  await withServer(
    () => undefined,
    async (api) => {
      await assert.rejects(api.call({ method: 'GET', path: '/info', timeoutMs: 100 }), (error) =>
        isDrydockError(error, 'engine-failed'),
      );
    },
  );
});

test('an abort rejects with its reason', async () => {
  await withServer(
    () => undefined,
    async (api) => {
      const reason = new Error('enough');
      const abort = new AbortController();
      setTimeout(() => abort.abort(reason), 50);

      await assert.rejects(
        api.call({ method: 'GET', path: '/info', signal: abort.signal }),
        (error) => error === reason,
      );
    },
  );
});

test('a status that is not fine is engine-failed with what Docker said', async () => {
  await withServer(
    (_request, response) => {
      response.statusCode = 409;
      response.end('{"message":"conflict with\\nsomething"}');
    },
    async (api) => {
      await assert.rejects(
        api.must({ method: 'DELETE', path: '/images/x' }),
        (error) =>
          isDrydockError(error, 'engine-failed') && /409: conflict with something/.test(error.message),
      );
      assert.equal((await api.must({ method: 'DELETE', path: '/images/x' }, [409])).status, 409);
    },
  );
});

import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { systemClock } from '../../src/core/clock.ts';
import { createApp } from '../../src/http/create-app.ts';
import type { HttpDeps } from '../../src/http/deps.ts';
import { httpDeps } from '../../test/support/http-app.ts';
import { createMemoryStore } from '../../test/support/memory-store.ts';
import type { Ready } from './ready.ts';

/** One of the two servers that bench/api.ts compares, in a process of its own. */

const NO_LIMIT = 1_000_000_000;

async function startDrydock(body: string, deps: Partial<HttpDeps> = {}): Promise<Ready> {
  const store = createMemoryStore(systemClock);
  const { token } = await store.tokens.create({ name: 'bench', role: 'submitter', expiresAt: null });
  const authorization = `Bearer ${token}`;
  const app = await createApp(httpDeps(store, { deps, limits: { requestsPerMinute: NO_LIMIT } }));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const headers = { authorization, 'content-type': 'application/json' };
  const posted = await app.inject({ method: 'POST', url: '/api/v1/job', headers, payload: body });
  const { id } = posted.json<{ id: string }>();
  return { port: (app.server.address() as AddressInfo).port, id, authorization };
}

/** The same answers by the framework as it comes. */
async function startBare(body: string): Promise<Ready> {
  const jobs = new Map<string, unknown>();
  const create = (fields: unknown): { readonly id: string } => {
    const id = randomUUID();
    const now = new Date().toISOString();
    jobs.set(id, {
      id,
      ...Object(fields),
      status: 'init',
      performance: null,
      createdAt: now,
      updatedAt: now,
    });
    return { id };
  };
  const app = Fastify();
  app.get<{ Params: { id: string } }>('/api/v1/job/:id', async (request) => jobs.get(request.params.id));
  app.post('/api/v1/job', async (request) => create(request.body));
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { id } = create(JSON.parse(body));
  return { port: (app.server.address() as AddressInfo).port, id, authorization: 'none' };
}

const START = {
  bare: startBare,
  drydock: startDrydock,
  unchecked: (body: string) => startDrydock(body, { checkPayload: async () => undefined }),
} as const;

const [kind, body = ''] = process.argv.slice(2);
if (kind !== 'bare' && kind !== 'drydock' && kind !== 'unchecked')
  throw new Error('bare, drydock or unchecked');
// What this process has spent so far, whenever it is asked.
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send?.(user + system);
});
process.send?.(await START[kind](body));

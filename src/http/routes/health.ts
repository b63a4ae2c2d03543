import { Type } from 'typebox';
import type { App } from '../app.ts';
import type { HttpDeps } from '../deps.ts';

const Health = Type.Object({ container: Type.String(), status: Type.String() });

/** Says whether this instance can do its work, by really asking the database, and whether it lives. */
export function addHealth(app: App, { ping, settings }: Pick<HttpDeps, 'ping' | 'settings'>): void {
  const isHealthy = shareWhileRunning(() => answersInTime(ping, settings.limits.pingTimeoutMs));
  const container = settings.containerName;
  app.get(
    '/health',
    {
      schema: {
        operationId: 'getHealth',
        summary: 'Ask whether it can work',
        tags: ['service'],
        security: [],
        response: {
          200: { description: 'The database answers.', ...Health },
          503: { description: 'The database does not answer in time.', ...Health },
        },
      },
    },
    async (_request, reply) => {
      const status = (await isHealthy()) ? 'Healthy!' : 'Unhealthy';
      return reply.code(status === 'Healthy!' ? 200 : 503).send({ container, status });
    },
  );
  app.get(
    '/health/live',
    {
      schema: {
        operationId: 'getLiveness',
        summary: 'Ask whether it lives',
        tags: ['service'],
        security: [],
        response: { 200: { description: 'It answers.', ...Health } },
      },
    },
    async (_request, reply) => reply.send({ container, status: 'Alive' }),
  );
}

async function answersInTime(ping: HttpDeps['ping'], timeoutMs: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => resolve(false), timeoutMs);
  ping(timeoutMs).then(
    () => resolve(true),
    () => resolve(false),
  );
  return promise.finally(() => clearTimeout(timer));
}

/** However many ask at once, the database is asked once. */
function shareWhileRunning<T>(ask: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | null = null;
  return () => {
    running ??= ask().finally(() => {
      running = null;
    });
    return running;
  };
}

import { Type } from 'typebox';
import type { App } from '../app.ts';
import type { HttpDeps } from '../deps.ts';

/** Shows the counts to Prometheus. */
export function addMetrics(app: App, { metrics, settings }: Pick<HttpDeps, 'metrics' | 'settings'>): void {
  app.get(
    '/metrics',
    {
      schema: {
        operationId: 'getMetrics',
        summary: 'Show the metrics',
        tags: ['service'],
        ...(settings.metricsAccess === 'open' ? { security: [] } : {}),
        response: {
          200: {
            description: "Prometheus' text format.",
            content: { 'text/plain': { schema: Type.String() } },
          },
        },
      },
    },
    async (_request, reply) => reply.type(metrics.contentType).send(await metrics.render()),
  );
}

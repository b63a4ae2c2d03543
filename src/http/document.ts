import helmet from '@fastify/helmet';
import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { App } from './app.ts';
import type { RateLimiter } from './rate-limits.ts';
import type { HttpSettings } from './settings.ts';

/** The page that reads the document: its own files and nothing from elsewhere. */
const PAGE_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Collects the routes that come after it into an OpenAPI 3.1 document, served beside a page to read and try it. */
export async function addDocument(app: App, settings: HttpSettings, limiter: RateLimiter): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Drydock',
        version: settings.version,
        description:
          'Give it a Dockerfile that you do not trust: it audits, builds, lists, scans, decides, runs it contained, and answers with a verdict and a number.',
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      servers: [{ url: '/' }],
      tags: [
        { name: 'jobs', description: 'Submissions and what becomes of them.' },
        { name: 'results', description: 'What was found out.' },
        { name: 'service', description: 'The service itself.' },
      ],
      security: [{ token: [] }],
      components: {
        securitySchemes: {
          token: {
            type: 'http',
            scheme: 'bearer',
            description:
              'A token of `drydock token create`; `Authorization: TOKEN` without `Bearer` is understood too.',
          },
        },
      },
    },
    convertConstToEnum: false,
    refResolver: { buildLocalReference: (json, _base, _fragment, i) => String(json['$id'] ?? `schema-${i}`) },
  });
  await app.register(async (scope) => {
    scope.addHook('onRequest', async (request, reply) => limiter.take(request, reply));
    scope.get('/api/v1/openapi.json', { schema: { hide: true } }, async (_request, reply) =>
      reply.header('cache-control', 'no-cache').send(app.swagger()),
    );
    await scope.register(helmet, { contentSecurityPolicy: false });
    await scope.register(swaggerUi, {
      routePrefix: '/api/v1/docs',
      staticCSP: PAGE_POLICY,
      uiConfig: { url: '/api/v1/openapi.json', validatorUrl: null, deepLinking: true },
    });
  });
}

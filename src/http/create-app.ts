import { randomUUID } from 'node:crypto';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyReply, type FastifyRequest } from 'fastify';
import { systemClock } from '../core/clock.ts';
import { DrydockError } from '../core/errors.ts';
import type { App } from './app.ts';
import { type Authentication, createAuthentication } from './authentication.ts';
import { answerBrokenRequest } from './broken-request.ts';
import type { RouteContext } from './context.ts';
import type { HttpDeps } from './deps.ts';
import { addDocument } from './document.ts';
import { createEventStreams } from './event-streams.ts';
import { parseJsonBody } from './json-body.ts';
import { createLargeBodyGate } from './large-bodies.ts';
import { createMemoryIdempotencyStore } from './memory-idempotency.ts';
import { refuseOtherMethods } from './other-methods.ts';
import { sendProblem } from './problem.ts';
import { createRateLimiter, type RateLimiter } from './rate-limits.ts';
import { addAbout } from './routes/about.ts';
import { addCancelJob } from './routes/cancel-job.ts';
import { addCreateJob } from './routes/create-job.ts';
import { addDeleteJob } from './routes/delete-job.ts';
import { addGetEvents } from './routes/get-events.ts';
import { addGetJob } from './routes/get-job.ts';
import { addGetLogs } from './routes/get-logs.ts';
import { addGetProblem } from './routes/get-problem.ts';
import { addGetReport } from './routes/get-report.ts';
import { addGetSbom } from './routes/get-sbom.ts';
import { addHealth } from './routes/health.ts';
import { addListJobs } from './routes/list-jobs.ts';
import { addMetrics } from './routes/metrics.ts';
import { addReplaceJob } from './routes/replace-job.ts';
import { addRetryJob } from './routes/retry-job.ts';
import { JobId, JobIn, JobOut, ListedJob, Reason, Success } from './schemas/job.ts';
import { Problem } from './schemas/problem.ts';
import { ReportOut } from './schemas/report.ts';
import { createValidatorCompiler } from './validation.ts';

/** Bodies of routes that take none. */
const SMALL_BODY_BYTES = 4096;
/** Asked by machines every few seconds. */
const QUIET: ReadonlySet<string> = new Set(['/health', '/health/live', '/metrics']);
const REQUEST_ID = /^[\w.:-]{1,64}$/;

/**
 * The REST API as an app that is ready for `inject` or `listen`. Whoever made it closes it; event streams end then.
 * Every error is answered as a problem document.
 */
export async function createApp(deps: HttpDeps): Promise<App> {
  const app = newApp(deps);
  const routes = refuseOtherMethods(app);
  await addShields(app, deps);
  const anonymous = createRateLimiter(app, {
    name: 'address',
    perMinute: deps.settings.limits.anonymousRequestsPerMinute,
    isShown: true,
  });
  app.setNotFoundHandler(
    { preHandler: (request: FastifyRequest, reply: FastifyReply) => anonymous.take(request, reply) },
    noSuchPath,
  );
  await addDocument(app, deps.settings);
  const authentication = createAuthentication({
    tokens: deps.tokens,
    failures: createRateLimiter(app, {
      name: 'failed authentication',
      perMinute: deps.settings.limits.failedAuthenticationsPerMinute,
      isShown: false,
    }),
  });
  await addProtectedRoutes(app, deps, authentication);
  await addOpenRoutes(app, deps, { anonymous, authentication });
  routes.refuse();
  await app.ready();
  return app;
}

function newApp({ settings, log }: HttpDeps): App {
  const { trustProxy, limits } = settings;
  const app = Fastify({
    logger:
      log === null
        ? false
        : {
            level: log.level,
            stream: log.stream,
            redact: ['req.headers.authorization', 'headers.authorization'],
          },
    disableRequestLogging: true,
    trustProxy: typeof trustProxy === 'boolean' ? trustProxy : [...trustProxy],
    bodyLimit: SMALL_BODY_BYTES,
    requestTimeout: limits.requestTimeoutMs,
    requestIdHeader: false,
    genReqId: (request) => requestId(request.headers['x-request-id']),
    frameworkErrors: sendProblem,
    clientErrorHandler: answerBrokenRequest,
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.server.headersTimeout = limits.headersTimeoutMs;
  app.setValidatorCompiler(createValidatorCompiler());
  // The routes build their answers field by field; nothing has to be filtered out of them.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler(sendProblem);
  for (const schema of [Problem, Reason, JobIn, JobOut, ListedJob, JobId, Success, ReportOut])
    app.addSchema(schema);
  // curl -d says that JSON is a form (seed 003).
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/json', 'application/x-www-form-urlencoded'],
    { parseAs: 'buffer' },
    async (_request: FastifyRequest, body: Buffer) => (body.length === 0 ? undefined : parseJsonBody(body)),
  );
  return app;
}

/** A client may name its request, so that its log and ours meet; a name that could break out of a log is not taken. */
function requestId(proposed: string | string[] | undefined): string {
  return typeof proposed === 'string' && REQUEST_ID.test(proposed) ? proposed : randomUUID();
}

async function addShields(app: App, { metrics }: HttpDeps): Promise<void> {
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
  });
  await app.register(rateLimit, { global: false });
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id).header('cache-control', 'no-store');
  });
  app.addHook('onResponse', async (request, reply) => {
    const route = request.routeOptions.url ?? 'none';
    const { statusCode, elapsedTime: durationMs } = reply;
    metrics.observe({ method: request.method, route, statusCode, durationMs });
    const line = {
      method: request.method,
      path: request.url,
      route,
      statusCode,
      durationMs,
      address: request.ip,
    };
    if (QUIET.has(route)) request.log.debug(line, 'answered');
    else request.log.info(line, 'answered');
  });
}

async function addProtectedRoutes(app: App, deps: HttpDeps, authentication: Authentication): Promise<void> {
  const { limits } = deps.settings;
  const streams = createEventStreams(deps, limits);
  app.addHook('preClose', async () => streams.close());
  const context: RouteContext = {
    ...deps,
    idempotency: deps.idempotency ?? createMemoryIdempotencyStore(systemClock),
    callerOf: authentication.callerOf,
    admitBody: createLargeBodyGate(limits),
    streams,
  };
  const perToken = createRateLimiter(app, {
    name: 'token',
    perMinute: limits.requestsPerMinute,
    keyOf: (request) => authentication.callerOf(request).id,
    isShown: true,
  });
  const routes = async (scope: App): Promise<void> => {
    scope.addHook('onRequest', async (request, reply) => {
      await authentication.authenticate(request, reply);
      await perToken.take(request, reply);
    });
    for (const add of [addCreateJob, addGetJob, addListJobs, addReplaceJob, addDeleteJob])
      add(scope, context);
    for (const add of [addCancelJob, addRetryJob, addGetReport, addGetSbom, addGetLogs, addGetEvents])
      add(scope, context);
    addAbout(scope, context);
  };
  await app.register(routes, { prefix: '/api/v1' });
}

async function addOpenRoutes(
  app: App,
  deps: HttpDeps,
  guards: { readonly anonymous: RateLimiter; readonly authentication: Authentication },
): Promise<void> {
  await app.register(async (scope: App) => {
    scope.addHook('onRequest', (request, reply) => guards.anonymous.take(request, reply));
    addHealth(scope, deps);
    addGetProblem(scope);
    if (deps.settings.metricsAccess === 'open') addMetrics(scope, deps);
  });
  if (deps.settings.metricsAccess !== 'admin') return;
  await app.register(async (scope: App) => {
    scope.addHook('onRequest', async (request, reply) => {
      const caller = await guards.authentication.authenticate(request, reply);
      if (caller.role !== 'admin')
        throw new DrydockError(
          'forbidden',
          'A token of the role admin was expected, got one of a submitter.',
        );
    });
    addMetrics(scope, deps);
  });
}

function noSuchPath(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendProblem(
    new DrydockError('not-found', 'A path of the API was expected; GET /api/v1/openapi.json lists them.'),
    request,
    reply,
  );
}

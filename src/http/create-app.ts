import type { FastifyReply, FastifyRequest } from 'fastify';
import { systemClock } from '../core/clock.ts';
import { DrydockError } from '../core/errors.ts';
import type { App } from './app.ts';
import { type Authentication, createAuthentication } from './authentication.ts';
import { createBareApp } from './bare-app.ts';
import type { RouteContext } from './context.ts';
import type { HttpDeps } from './deps.ts';
import { addDocument } from './document.ts';
import { createEventStreams } from './event-streams.ts';
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
import { SECURITY_HEADERS } from './security-headers.ts';

/** Asked by machines every few seconds. */
const QUIET: ReadonlySet<string> = new Set(['/health', '/health/live', '/metrics']);

/**
 * The REST API as an app that is ready for `inject` or `listen`. Whoever made it closes it; event streams end then.
 * Every error is answered as a problem document.
 */
export async function createApp(deps: HttpDeps): Promise<App> {
  const { clock = systemClock } = deps;
  const app = createBareApp(deps);
  const routes = refuseOtherMethods(app);
  addShields(app, deps);
  const anonymous = createRateLimiter({
    clock,
    name: 'address',
    perMinute: deps.settings.limits.anonymousRequestsPerMinute,
    isShown: true,
  });
  app.setNotFoundHandler({ preHandler: countBy(anonymous) }, noSuchPath);
  await addDocument(app, deps.settings, anonymous);
  const authentication = createAuthentication({
    tokens: deps.tokens,
    failures: createRateLimiter({
      clock,
      name: 'failed authentication',
      perMinute: deps.settings.limits.failedAuthenticationsPerMinute,
      isShown: false,
    }),
  });
  await addProtectedRoutes(app, deps, authentication);
  await addOpenRoutes(app, deps, { anonymous, authentication });
  routes.refuse(anonymous);
  await app.ready();
  return app;
}

function addShields(app: App, { metrics }: HttpDeps): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(SECURITY_HEADERS).header('x-request-id', request.id);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
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
    done();
  });
}

async function addProtectedRoutes(app: App, deps: HttpDeps, authentication: Authentication): Promise<void> {
  const { clock = systemClock, settings } = deps;
  const { limits } = settings;
  const streams = createEventStreams(deps, limits);
  app.addHook('preClose', async () => streams.close());
  const context: RouteContext = {
    ...deps,
    idempotency: deps.idempotency ?? createMemoryIdempotencyStore(clock),
    callerOf: authentication.callerOf,
    admitBody: createLargeBodyGate(limits),
    streams,
  };
  const perToken = createRateLimiter({
    clock,
    name: 'token',
    perMinute: limits.requestsPerMinute,
    keyOf: (request) => authentication.callerOf(request).id,
    isShown: true,
  });
  const routes = async (scope: App): Promise<void> => {
    scope.addHook('onRequest', async (request, reply) => {
      await authentication.authenticate(request, reply);
      perToken.take(request, reply);
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
    scope.addHook('onRequest', countBy(guards.anonymous));
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

/** A hook that counts the request. */
function countBy(limiter: RateLimiter): (request: FastifyRequest, reply: FastifyReply) => Promise<void> {
  return async (request, reply) => limiter.take(request, reply);
}

function noSuchPath(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return sendProblem(
    new DrydockError('not-found', 'A path of the API was expected; GET /api/v1/openapi.json lists them.'),
    request,
    reply,
  );
}

import { randomUUID } from 'node:crypto';
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyRequest, LogController } from 'fastify';
import type { App } from './app.ts';
import { answerBrokenRequest } from './broken-request.ts';
import type { HttpDeps } from './deps.ts';
import { parseJsonBody } from './json-body.ts';
import { sendProblem } from './problem.ts';
import { JobId, JobIn, JobOut, ListedJob, Reason, Success } from './schemas/job.ts';
import { Problem } from './schemas/problem.ts';
import { ReportOut } from './schemas/report.ts';
import { createValidatorCompiler } from './validation.ts';

/** Bodies of routes that take none. */
const SMALL_BODY_BYTES = 4096;
const REQUEST_ID = /^[\w.:-]{1,64}$/;

/** An app without routes: how it reads bodies, holds them to schemas, answers errors and names requests. */
export function createBareApp({ settings, log }: Pick<HttpDeps, 'settings' | 'log'>): App {
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
    // One line a request, written when it is answered.
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: typeof trustProxy === 'boolean' ? trustProxy : [...trustProxy],
    bodyLimit: SMALL_BODY_BYTES,
    requestTimeout: limits.requestTimeoutMs,
    http: {
      headersTimeout: limits.headersTimeoutMs,
      connectionsCheckingInterval: Math.ceil(limits.headersTimeoutMs / 3),
    },
    requestIdHeader: false,
    genReqId: (request) => requestId(request.headers['x-request-id']),
    frameworkErrors: (error, request, reply) => {
      void sendProblem(error, request, reply);
    },
    clientErrorHandler: answerBrokenRequest,
  }).withTypeProvider<TypeBoxTypeProvider>();
  app.setValidatorCompiler(createValidatorCompiler());
  // The routes build their answers field by field; nothing has to be filtered out of them.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data));
  app.setErrorHandler(sendProblem);
  for (const schema of [Problem, Reason, JobIn, JobOut, ListedJob, JobId, Success, ReportOut])
    app.addSchema(schema);
  // A route without a body schema ignores what is sent to it. curl -d says that JSON is a form (seed 003).
  app.removeAllContentTypeParsers();
  app.addContentTypeParser(
    ['application/json', 'application/x-www-form-urlencoded'],
    { parseAs: 'buffer' },
    async ({ routeOptions }: FastifyRequest, body: Buffer) =>
      routeOptions.schema?.body === undefined ? undefined : parseJsonBody(body),
  );
  return app;
}

/** A client may name its request, so that its log and ours meet; a name that could break out of a log is not taken. */
function requestId(proposed: string | string[] | undefined): string {
  return typeof proposed === 'string' && REQUEST_ID.test(proposed) ? proposed : randomUUID();
}

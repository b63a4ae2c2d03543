import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { DrydockError, ERRORS, type ErrorCode, isDrydockError } from '../core/errors.ts';
import { printable } from '../core/printable.ts';
import { PROBLEM_TYPE, type Problem } from './schemas/problem.ts';

/** Which place of the request is wrong, and how. */
export interface Fault {
  readonly in: 'body' | 'path' | 'query' | 'header';
  /** A JSON pointer as a URI fragment, e.g. `#/name`. */
  readonly pointer: string;
  readonly detail: string;
}

/** A refusal that names the places. It is an `input-invalid` like any other. */
export class InputError extends DrydockError {
  readonly faults: readonly Fault[];

  constructor(faults: readonly Fault[], options?: ErrorOptions) {
    super('input-invalid', faults.map(describeFault).join(' '), options);
    this.faults = faults;
  }
}

function describeFault(fault: Fault): string {
  const place = fault.pointer === '#' ? `The ${fault.in}` : `${fault.pointer.slice(2)} (${fault.in})`;
  return `${place} ${fault.detail}.`;
}

/**
 * The RFC 9457 document for a code. What only the operator can mend is told to the log, not to the client: a message
 * of a driver may name hosts and paths.
 */
export function problemOf(
  code: ErrorCode,
  about: { readonly detail: string; readonly instance: string; readonly requestId: string },
): Problem {
  const kind = ERRORS[code];
  const detail =
    kind.who === 'user'
      ? printable(about.detail)
      : `${kind.title}. The log tells the cause under the request id ${about.requestId}.`;
  return {
    type: `/problems/${code}`,
    title: kind.title,
    status: kind.http,
    detail,
    instance: printable(about.instance),
    code,
    requestId: about.requestId,
  };
}

/** Answers any error as a problem document, and logs what is not the sender's fault. */
export function sendProblem(
  thrown: FastifyError | Error,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const error = asDrydockError(thrown);
  if (ERRORS[error.code].who !== 'user') request.log.error({ err: error }, error.code);
  const problem = problemOf(error.code, {
    detail: error.message,
    instance: pathOf(request),
    requestId: request.id,
  });
  const body: Problem =
    error instanceof InputError
      ? { ...problem, errors: error.faults.map((fault) => ({ ...fault })) }
      : problem;
  return reply.code(problem.status).header('cache-control', 'no-store').type(PROBLEM_TYPE).send(body);
}

/** The path without the query, which may hold what should not be repeated. */
function pathOf(request: FastifyRequest): string {
  return request.url.split('?', 1)[0] ?? '/';
}

/** What Fastify refuses by itself, in our words; anything unknown is a fault of Drydock. */
function asDrydockError(error: FastifyError | Error): DrydockError {
  if (isDrydockError(error)) return error;
  const code = 'code' in error ? error.code : '';
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return new DrydockError('payload-too-large', 'A smaller body was expected here.', { cause: error });
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_CONTENT_TYPE':
      return new DrydockError(
        'media-type-refused',
        'A JSON body with the Content-Type application/json was expected.',
        { cause: error },
      );
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
      return new DrydockError('request-invalid', 'The body is not as long as Content-Length says.', {
        cause: error,
      });
    case 'FST_ERR_MAX_PARAM_LENGTH':
      return new DrydockError('not-found', 'A shorter path was expected; none of the API is so long.', {
        cause: error,
      });
    case 'FST_ERR_BAD_URL':
      return new DrydockError('request-invalid', 'A path was expected whose escapes are valid UTF-8.', {
        cause: error,
      });
    default:
      return new DrydockError('invariant-broken', 'An error that nobody expected.', { cause: error });
  }
}

/**
 * Everything that can go wrong, in one table.
 * `who` must act, `http` and `exit` are what the two front ends answer, `retry` is whether the worker puts
 * the job back. A failed build is not here: it is a result (see `outcome.ts`).
 * docs/errors.md is generated from this table.
 */
export const ERRORS = {
  'payload-not-base64': { who: 'user', http: 422, exit: 2, retry: false, title: 'The payload is not base64' },
  'payload-not-gzip': { who: 'user', http: 422, exit: 2, retry: false, title: 'The payload is not gzip' },
  'payload-not-utf8': { who: 'user', http: 422, exit: 2, retry: false, title: 'The Dockerfile is not UTF-8' },
  'payload-has-nul': {
    who: 'user',
    http: 422,
    exit: 2,
    retry: false,
    title: 'The Dockerfile holds NUL bytes',
  },
  'payload-too-large': { who: 'user', http: 413, exit: 2, retry: false, title: 'The payload is too large' },
  'payload-no-from': { who: 'user', http: 422, exit: 2, retry: false, title: 'The Dockerfile has no FROM' },
  'context-not-tar': {
    who: 'user',
    http: 422,
    exit: 2,
    retry: false,
    title: 'The build context is not a tar archive',
  },
  'context-too-large': {
    who: 'user',
    http: 413,
    exit: 2,
    retry: false,
    title: 'The build context is too large',
  },
  'context-entry-refused': {
    who: 'user',
    http: 422,
    exit: 2,
    retry: false,
    title: 'The build context holds an entry that is refused',
  },
  'request-invalid': {
    who: 'user',
    http: 400,
    exit: 2,
    retry: false,
    title: 'The request is not valid HTTP',
  },
  'media-type-refused': {
    who: 'user',
    http: 415,
    exit: 2,
    retry: false,
    title: 'The media type is not taken here',
  },
  'json-invalid': { who: 'user', http: 400, exit: 2, retry: false, title: 'The body is not JSON' },
  'input-invalid': { who: 'user', http: 422, exit: 2, retry: false, title: 'The input is not valid' },
  'usage-invalid': { who: 'user', http: 400, exit: 2, retry: false, title: 'Wrong use of the command' },
  'file-unreadable': { who: 'user', http: 422, exit: 2, retry: false, title: 'A file could not be read' },
  'policy-invalid': { who: 'user', http: 422, exit: 2, retry: false, title: 'The policy is not valid' },
  unauthenticated: { who: 'user', http: 401, exit: 2, retry: false, title: 'A valid token is needed' },
  forbidden: { who: 'user', http: 403, exit: 2, retry: false, title: 'This token may not do that' },
  'not-found': { who: 'user', http: 404, exit: 2, retry: false, title: 'There is no such thing' },
  'method-not-allowed': {
    who: 'user',
    http: 405,
    exit: 2,
    retry: false,
    title: 'The method is not allowed here',
  },
  conflict: { who: 'user', http: 409, exit: 2, retry: false, title: 'The state does not allow that' },
  'too-many-requests': { who: 'user', http: 429, exit: 2, retry: false, title: 'Too many requests' },
  'config-invalid': {
    who: 'operator',
    http: 500,
    exit: 2,
    retry: false,
    title: 'The configuration is not valid',
  },
  'engine-unavailable': {
    who: 'operator',
    http: 503,
    exit: 4,
    retry: true,
    title: 'The container engine is not available',
  },
  'engine-failed': { who: 'operator', http: 503, exit: 4, retry: true, title: 'The container engine failed' },
  'sandbox-unavailable': {
    who: 'operator',
    http: 503,
    exit: 4,
    retry: false,
    title: 'The demanded sandbox is not available',
  },
  'base-unavailable': {
    who: 'operator',
    http: 503,
    exit: 4,
    retry: true,
    title: 'A base image could not be had',
  },
  'database-unavailable': {
    who: 'operator',
    http: 503,
    exit: 4,
    retry: true,
    title: 'The database is not reachable',
  },
  'service-unreachable': {
    who: 'operator',
    http: 503,
    exit: 4,
    retry: true,
    title: 'The service is not reachable',
  },
  'advisories-unavailable': {
    who: 'operator',
    http: 503,
    exit: 4,
    retry: true,
    title: 'No advisory data can be had',
  },
  'tool-missing': { who: 'operator', http: 503, exit: 4, retry: false, title: 'A program is missing' },
  'invariant-broken': {
    who: 'drydock',
    http: 500,
    exit: 70,
    retry: false,
    title: 'A fault of Drydock itself',
  },
} as const satisfies Record<string, ErrorKind>;

export interface ErrorKind {
  readonly who: 'user' | 'operator' | 'drydock';
  readonly http: number;
  readonly exit: 2 | 4 | 70;
  readonly retry: boolean;
  /** The short human title, the same for every occurrence (RFC 9457 `title`). */
  readonly title: string;
}

export type ErrorCode = keyof typeof ERRORS;

/** The one error class. The message says what was expected, what was got and what to do. */
export class DrydockError extends Error {
  override readonly name = 'DrydockError';
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** Whether `error` is ours and, when codes are given, has one of them. */
export function isDrydockError(error: unknown, ...codes: readonly ErrorCode[]): error is DrydockError {
  return error instanceof DrydockError && (codes.length === 0 || codes.includes(error.code));
}

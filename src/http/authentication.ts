import type { FastifyReply, FastifyRequest } from 'fastify';
import { DrydockError } from '../core/errors.ts';
import type { TokenStore } from '../core/ports.ts';
import type { RateLimiter } from './rate-limits.ts';

/** Who asks, by the token. */
export interface Caller {
  readonly id: string;
  readonly name: string;
  readonly role: 'submitter' | 'admin';
}

export interface Authentication {
  /** Throws `unauthenticated`, `too-many-requests`. */
  authenticate(request: FastifyRequest, reply: FastifyReply): Promise<Caller>;
  /** Of a request that has passed. */
  callerOf(request: FastifyRequest): Caller;
}

/** `TOKEN`, as the seed's clients may send it, or `Bearer TOKEN` (RFC 6750). Bounded before it is hashed. */
const CREDENTIALS = /^(?:bearer +)?([\w.~+/=-]{1,256})$/i;

/**
 * Knows callers by their tokens. Whoever shows too many wrong ones from an address is refused there for the rest of
 * the minute, before the database is asked.
 */
export function createAuthentication(deps: {
  readonly tokens: Pick<TokenStore, 'verify'>;
  readonly failures: RateLimiter;
}): Authentication {
  const callers = new WeakMap<FastifyRequest, Caller>();
  return {
    authenticate: async (request, reply) => {
      deps.failures.peek(request, reply);
      const shown = request.headers.authorization;
      const token = shown === undefined ? undefined : CREDENTIALS.exec(shown)?.[1];
      const caller = token === undefined ? undefined : await deps.tokens.verify(token);
      if (caller === undefined) {
        deps.failures.take(request, reply);
        const challenge = 'Bearer realm="drydock"';
        reply.header(
          'www-authenticate',
          shown === undefined ? challenge : `${challenge}, error="invalid_token"`,
        );
        throw new DrydockError('unauthenticated', unauthenticated(shown));
      }
      callers.set(request, caller);
      return caller;
    },
    callerOf: (request) => {
      const caller = callers.get(request);
      if (caller === undefined)
        throw new DrydockError('invariant-broken', 'A request without a caller came past authentication.');
      return caller;
    },
  };
}

function unauthenticated(shown: string | undefined): string {
  return shown === undefined
    ? 'A token was expected in the header Authorization, got none. Make one with drydock token create.'
    : 'A valid token was expected in the header Authorization, got one that is unknown, expired or revoked. Make one with drydock token create.';
}

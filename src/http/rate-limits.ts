import type { FastifyReply, FastifyRequest } from 'fastify';
import { DrydockError } from '../core/errors.ts';
import type { App } from './app.ts';

const WINDOW_S = 60;

/** Counts the requests of one key in fixed windows of a minute. */
export interface RateLimiter {
  /** Counts this request. Throws `too-many-requests` above the limit. */
  take(request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Looks without counting. Throws `too-many-requests` when the limit is used up. */
  peek(request: FastifyRequest, reply: FastifyReply): Promise<void>;
}

/**
 * A limiter under a policy's name, shown to clients by the headers RateLimit and RateLimit-Policy.
 * Source: draft-ietf-httpapi-ratelimit-headers. The counters are this process's own and forget the least used of
 * 5000 keys.
 */
export function createRateLimiter(
  app: App,
  policy: {
    readonly name: string;
    readonly perMinute: number;
    /** Absent: by address, an IPv6 one by its /64. */
    readonly keyOf?: (request: FastifyRequest) => string;
    /** Whether answers tell the budget; a count of failures is not for show. */
    readonly isShown: boolean;
  },
): RateLimiter {
  const count = app.createRateLimit({
    max: policy.perMinute,
    timeWindow: WINDOW_S * 1000,
    ...(policy.keyOf === undefined ? {} : { keyGenerator: policy.keyOf }),
  });
  const check = async (request: FastifyRequest, reply: FastifyReply, increment: boolean): Promise<void> => {
    const state = await count(request, { increment });
    if (state.isAllowed) return;
    const isOver = increment ? state.isExceeded : state.remaining === 0;
    const seconds = Math.max(1, state.ttlInSeconds);
    if (policy.isShown || isOver)
      reply
        .header('ratelimit-policy', `"${policy.name}";q=${policy.perMinute};w=${WINDOW_S}`)
        .header('ratelimit', `"${policy.name}";r=${state.remaining};t=${seconds}`);
    if (!isOver) return;
    reply.header('retry-after', String(seconds));
    throw new DrydockError(
      'too-many-requests',
      `At most ${policy.perMinute} requests a minute are taken (${policy.name}). Try again in ${seconds} seconds.`,
    );
  };
  return {
    take: (request, reply) => check(request, reply, true),
    peek: (request, reply) => check(request, reply, false),
  };
}

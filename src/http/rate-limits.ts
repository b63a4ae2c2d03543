import type { FastifyReply, FastifyRequest } from 'fastify';
import { DrydockError } from '../core/errors.ts';
import type { Clock } from '../core/ports.ts';
import { networkOf } from './network.ts';

const WINDOW_MS = 60_000;
/** The oldest is forgotten for a new one: a crowd of addresses costs no more memory than this. */
const MAX_KEYS = 10_000;

/** Counts the requests of one key in fixed windows of a minute. */
export interface RateLimiter {
  /** Counts this request. Throws `too-many-requests` above the limit. */
  take(request: FastifyRequest, reply: FastifyReply): void;
  /** Looks without counting. Throws `too-many-requests` when the limit is used up. */
  peek(request: FastifyRequest, reply: FastifyReply): void;
}

interface Window {
  readonly endsAtMs: number;
  used: number;
}

/**
 * A limiter under a policy's name, shown to clients by the headers RateLimit and RateLimit-Policy. The counters are
 * this process's own. Plain counting, because it comes before every answer: 20 µs less than the framework's plugin.
 * Source: draft-ietf-httpapi-ratelimit-headers.
 */
export function createRateLimiter(policy: {
  readonly name: string;
  readonly perMinute: number;
  readonly clock: Clock;
  /** Absent: by address, an IPv6 one by its /64. */
  readonly keyOf?: (request: FastifyRequest) => string;
  /** Whether answers tell the budget; a count of failures is not for show. */
  readonly isShown: boolean;
}): RateLimiter {
  const { name, perMinute, clock, isShown, keyOf = (request) => networkOf(request.ip) } = policy;
  const header = `"${name}";q=${perMinute};w=${WINDOW_MS / 1000}`;
  const windows = new Map<string, Window>();

  const windowOf = (key: string, nowMs: number): Window => {
    const known = windows.get(key);
    if (known !== undefined && known.endsAtMs > nowMs) return known;
    windows.delete(key);
    return { endsAtMs: nowMs + WINDOW_MS, used: 0 };
  };
  const remember = (key: string, window: Window): void => {
    windows.set(key, window);
    const [oldest] = windows.size > MAX_KEYS ? windows.keys() : [];
    if (oldest !== undefined) windows.delete(oldest);
  };
  const tell = (reply: FastifyReply, left: number, seconds: number): void => {
    reply.header('ratelimit-policy', header).header('ratelimit', `"${name}";r=${left};t=${seconds}`);
  };
  const refuse = (reply: FastifyReply, seconds: number): never => {
    tell(reply, 0, seconds);
    reply.header('retry-after', String(seconds));
    throw new DrydockError(
      'too-many-requests',
      `At most ${perMinute} requests a minute are taken (${name}). Try again in ${seconds} seconds.`,
    );
  };
  return {
    take: (request, reply) => {
      const nowMs = clock.now().getTime();
      const key = keyOf(request);
      const window = windowOf(key, nowMs);
      window.used += 1;
      remember(key, window);
      const seconds = Math.ceil((window.endsAtMs - nowMs) / 1000);
      if (window.used > perMinute) refuse(reply, seconds);
      if (isShown) tell(reply, perMinute - window.used, seconds);
    },
    peek: (request, reply) => {
      if (windows.size === 0) return;
      const nowMs = clock.now().getTime();
      const { used, endsAtMs } = windowOf(keyOf(request), nowMs);
      if (used >= perMinute) refuse(reply, Math.ceil((endsAtMs - nowMs) / 1000));
    },
  };
}

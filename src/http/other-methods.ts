import { DrydockError } from '../core/errors.ts';
import type { App } from './app.ts';
import type { RateLimiter } from './rate-limits.ts';

/** What may be asked of a path that has other methods. */
const METHODS = ['DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT'];

/**
 * Watches which routes come, and at `refuse` answers the other methods of their paths with 405 and Allow.
 * Ask for it before the first route.
 */
export function refuseOtherMethods(app: App): { refuse(limiter: RateLimiter): void } {
  const paths = new Set<string>();
  app.addHook('onRoute', ({ url }) => {
    paths.add(url);
  });
  return {
    refuse: (limiter) => {
      for (const url of [...paths]) {
        const allowed = METHODS.filter((method) => app.hasRoute({ method, url }));
        const allow = allowed.join(', ');
        app.route({
          url,
          method: METHODS.filter((method) => !allowed.includes(method)),
          schema: { hide: true },
          onRequest: async (request, reply) => {
            limiter.take(request, reply);
            reply.header('allow', allow);
            throw new DrydockError(
              'method-not-allowed',
              `One of ${allow} was expected here, got ${request.method}.`,
            );
          },
          handler: async () => undefined,
        });
      }
    },
  };
}

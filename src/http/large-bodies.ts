import type { FastifyReply, FastifyRequest } from 'fastify';
import { DrydockError } from '../core/errors.ts';

/**
 * Lets in only so many large bodies at once, and one of a token: a body is held in memory until its answer is
 * sent. A body of unknown length counts as large. Throws `too-many-requests`.
 */
export function createLargeBodyGate(limits: {
  readonly largeBodies: number;
  readonly largeBodyBytes: number;
}): (request: FastifyRequest, reply: FastifyReply, callerId: string) => void {
  const holders = new Set<string>();
  return (request, reply, callerId) => {
    const length = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY);
    if (length <= limits.largeBodyBytes) return;
    if (holders.has(callerId) || holders.size >= limits.largeBodies) {
      reply.header('retry-after', '5');
      throw new DrydockError(
        'too-many-requests',
        `Bodies above ${limits.largeBodyBytes} bytes, or of unknown length, are taken one at a time for a token and ${limits.largeBodies} at a time in all. Try again in 5 seconds.`,
      );
    }
    holders.add(callerId);
    reply.raw.once('close', () => holders.delete(callerId));
  };
}

import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';

/**
 * A body that is made while it is read, no faster than the client takes it. When making it fails, the answer has
 * already begun: the connection is cut, so that half of it is not taken for the whole, and the log tells why.
 */
export function toStream(parts: AsyncGenerator<string>, reply: FastifyReply): Readable {
  return Readable.from(logFailure(parts, reply), { objectMode: false });
}

async function* logFailure(parts: AsyncGenerator<string>, reply: FastifyReply): AsyncGenerator<string> {
  try {
    yield* parts;
  } catch (error) {
    reply.log.error({ err: error }, 'an answer broke off');
    throw error;
  }
}

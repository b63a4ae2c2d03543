import type { FastifyRequest } from 'fastify';
import { DrydockError } from '../core/errors.ts';
import type { Job } from '../core/job.ts';
import type { IdempotencyStore } from '../core/ports.ts';
import type { Caller } from './authentication.ts';
import type { HttpDeps } from './deps.ts';
import type { EventStreams } from './event-streams.ts';
import type { createLargeBodyGate } from './large-bodies.ts';

/** What the routes of one app share. */
export interface RouteContext extends HttpDeps {
  readonly idempotency: IdempotencyStore;
  readonly callerOf: (request: FastifyRequest) => Caller;
  readonly admitBody: ReturnType<typeof createLargeBodyGate>;
  readonly streams: EventStreams;
}

/** The job of this id. Throws `not-found`. */
export async function jobOf(deps: Pick<HttpDeps, 'jobs'>, id: string): Promise<Job> {
  const job = await deps.jobs.get(id.toLowerCase());
  if (job === undefined) throw noSuchJob(id);
  return job;
}

export function noSuchJob(id: string): DrydockError {
  return new DrydockError(
    'not-found',
    `A job with the id ${id} was expected, there is none. GET /api/v1/jobs lists those there are.`,
  );
}

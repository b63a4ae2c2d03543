import type { Readable } from 'node:stream';
import { Type } from 'typebox';
import { isFinal } from '../../core/job.ts';
import type { App } from '../app.ts';
import { jobOf, type RouteContext } from '../context.ts';
import { InputError } from '../problem.ts';
import { JobParams } from '../schemas/job.ts';
import { PROBLEMS } from '../schemas/problem.ts';
import { empty } from '../schemas/ref.ts';

const streamed = Type.Unsafe<string | Readable>({ type: 'string' });

/** Streams what happens to a job. */
export function addGetEvents(app: App, context: RouteContext): void {
  app.get(
    '/job/:id/events',
    {
      schema: {
        operationId: 'streamEvents',
        summary: 'Follow a job',
        description:
          'Server-sent events: `status`, `stage`, `log`, and `end` as the last. `data` is JSON: {"id", "at", "attempt", "data": {"type", …}}. The text of a log line is raw: escape it before you show it. Resumes after Last-Event-ID; 204 when there is nothing more to come.',
        tags: ['results'],
        params: JobParams,
        headers: Type.Object({
          'last-event-id': Type.Optional(
            Type.String({ description: 'The id of the last event that arrived.' }),
          ),
        }),
        response: {
          200: {
            description: 'The stream.',
            content: { 'text/event-stream': { schema: streamed } },
          },
          204: empty('The job has ended and everything was told.'),
          ...PROBLEMS,
        },
      },
    },
    async (request, reply) => {
      const afterId = readLastEventId(request.headers['last-event-id']);
      const job = await jobOf(context, request.params.id);
      const isTold =
        afterId > 0 && isFinal(job.status) && (await context.events.read(job.id, afterId, 1)).length === 0;
      if (isTold) return reply.code(204).send(undefined);
      // An idle connection that once streamed would hold up the server's end.
      reply.header('connection', 'close').header('x-accel-buffering', 'no');
      reply.type('text/event-stream; charset=utf-8');
      if (request.method === 'HEAD') return reply.send('');
      const callerId = context.callerOf(request).id;
      return reply.send(context.streams.open({ jobId: job.id, afterId, callerId, reply }));
    },
  );
}

function readLastEventId(header: string | undefined): number {
  if (header === undefined || header === '') return 0;
  if (/^\d{1,15}$/.test(header)) return Number(header);
  throw new InputError([
    { in: 'header', pointer: '#/last-event-id', detail: 'must be the id of an event, a whole number' },
  ]);
}

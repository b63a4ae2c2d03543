import type { Readable } from 'node:stream';
import { Type } from 'typebox';
import type { EventLog } from '../../core/ports.ts';
import { printable } from '../../core/printable.ts';
import type { App } from '../app.ts';
import { jobOf, type RouteContext } from '../context.ts';
import { JobParams } from '../schemas/job.ts';
import { PROBLEMS } from '../schemas/problem.ts';
import { oneOf } from '../schemas/ref.ts';
import { toStream } from '../text-stream.ts';

const BATCH = 500;

const streamed = Type.Unsafe<string | Readable>({ type: 'string' });

/** Shows what the build and the run wrote. */
export function addGetLogs(app: App, context: RouteContext): void {
  app.get(
    '/job/:id/logs',
    {
      schema: {
        operationId: 'getLogs',
        summary: 'Show what the build and the run wrote',
        description:
          'A line each, as far as it has come. What a terminal would obey is written as an escape, e.g. \\x1b. Follow a job by its events.',
        tags: ['results'],
        params: JobParams,
        querystring: Type.Object({
          attempt: Type.Optional(
            Type.Integer({ minimum: 1, description: 'Of this attempt; else of the newest.' }),
          ),
          stage: Type.Optional(oneOf(['build', 'run'], { description: 'Of this step alone.' })),
        }),
        response: {
          200: {
            description: 'The lines.',
            content: { 'text/plain': { schema: streamed } },
          },
          ...PROBLEMS,
        },
      },
    },
    async (request, reply) => {
      const job = await jobOf(context, request.params.id);
      reply.type('text/plain; charset=utf-8');
      if (request.method === 'HEAD') return reply.send('');
      const { attempt = job.attempt, stage } = request.query;
      const lines = readLines(
        context.events,
        job.id,
        (event) => event.attempt === attempt && (stage ?? event.stage) === event.stage,
      );
      return reply.send(toStream(lines, reply));
    },
  );
}

async function* readLines(
  events: Pick<EventLog, 'read'>,
  jobId: string,
  isWanted: (line: { readonly attempt: number; readonly stage: 'build' | 'run' }) => boolean,
): AsyncGenerator<string> {
  for (let afterId = 0; ; ) {
    const batch = await events.read(jobId, afterId, BATCH);
    const last = batch.at(-1);
    if (last === undefined) return;
    let text = '';
    for (const { data, attempt } of batch)
      if (data.type === 'log' && isWanted({ attempt, stage: data.stage }))
        text += `${printable(data.text)}\n`;
    if (text !== '') yield text;
    afterId = last.id;
  }
}

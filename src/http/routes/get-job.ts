import { createHash } from 'node:crypto';
import { isFinal, type Job } from '../../core/job.ts';
import type { App } from '../app.ts';
import { jobOf, type RouteContext } from '../context.ts';
import { toJobOut } from '../job-view.ts';
import { JobOut, JobParams } from '../schemas/job.ts';
import { PROBLEMS } from '../schemas/problem.ts';
import { empty, ref } from '../schemas/ref.ts';

/** Shows one job. */
export function addGetJob(app: App, context: RouteContext): void {
  app.get(
    '/job/:id',
    {
      schema: {
        operationId: 'getJob',
        summary: 'Show a job',
        description: 'An ended job has an ETag; If-None-Match spares its transfer.',
        tags: ['jobs'],
        params: JobParams,
        response: {
          200: { description: 'The job.', ...ref(JobOut) },
          304: empty('It is as the ETag says.'),
          ...PROBLEMS,
        },
      },
    },
    async (request, reply) => {
      const job = await jobOf(context, request.params.id);
      if (isFinal(job.status)) {
        const tag = entityTag(job);
        reply.header('etag', tag).header('cache-control', 'private, no-cache');
        if (isKnown(request.headers['if-none-match'], tag)) return reply.code(304).send(undefined);
      }
      const position = job.status === 'init' ? await context.jobs.queuePosition(job.id) : null;
      return reply.send(toJobOut(job, position));
    },
  );
}

/** Names one end of one attempt of a job; a retry or another Dockerfile makes another. */
function entityTag(job: Job): string {
  const state = JSON.stringify([job.id, job.attempt, job.status, job.updatedAt]);
  return `"${createHash('sha256').update(state).digest('base64url').slice(0, 27)}"`;
}

/** RFC 9110, 13.1.2: a list of tags, compared weakly, or `*`. */
function isKnown(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((part) => ['*', tag, `W/${tag}`].includes(part.trim()));
}

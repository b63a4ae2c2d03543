import type { App } from '../app.ts';
import type { RouteContext } from '../context.ts';
import { jobPath, toJobOut } from '../job-view.ts';
import { JobOut, JobParams } from '../schemas/job.ts';
import { PROBLEMS } from '../schemas/problem.ts';
import { ref } from '../schemas/ref.ts';

/** Starts another attempt. */
export function addRetryJob(app: App, context: RouteContext): void {
  app.post(
    '/job/:id/retry',
    {
      schema: {
        operationId: 'retryJob',
        summary: 'Retry a job',
        description: 'Queues a new attempt of an ended job. The reports of the attempts before stay.',
        tags: ['jobs'],
        params: JobParams,
        response: { 202: { description: 'Queued again.', ...ref(JobOut) }, ...PROBLEMS },
      },
    },
    async (request, reply) => {
      const job = await context.jobs.retry(request.params.id.toLowerCase());
      const position = await context.jobs.queuePosition(job.id);
      return reply.code(202).header('location', jobPath(job.id)).send(toJobOut(job, position));
    },
  );
}

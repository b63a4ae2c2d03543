import { isFinal } from '../../core/job.ts';
import type { App } from '../app.ts';
import type { RouteContext } from '../context.ts';
import { toJobOut } from '../job-view.ts';
import { JobOut, JobParams } from '../schemas/job.ts';
import { PROBLEMS } from '../schemas/problem.ts';
import { ref } from '../schemas/ref.ts';

/** Stops a job. */
export function addCancelJob(app: App, context: RouteContext): void {
  app.post(
    '/job/:id/cancel',
    {
      schema: {
        operationId: 'cancelJob',
        summary: 'Cancel a job',
        description: 'A waiting job ends at once, a running one is stopped. Asking again changes nothing.',
        tags: ['jobs'],
        params: JobParams,
        response: {
          200: { description: 'It is canceled.', ...ref(JobOut) },
          202: { description: 'It has been asked to stop.', ...ref(JobOut) },
          ...PROBLEMS,
        },
      },
    },
    async (request, reply) => {
      const job = await context.jobs.cancel(request.params.id.toLowerCase());
      return reply.code(isFinal(job.status) ? 200 : 202).send(toJobOut(job, null));
    },
  );
}

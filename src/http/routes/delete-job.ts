import type { App } from '../app.ts';
import { noSuchJob, type RouteContext } from '../context.ts';
import { JobParams, Success } from '../schemas/job.ts';
import { PROBLEMS } from '../schemas/problem.ts';
import { ref } from '../schemas/ref.ts';

/** Removes a job. */
export function addDeleteJob(app: App, context: RouteContext): void {
  app.delete(
    '/job/:id',
    {
      schema: {
        operationId: 'deleteJob',
        summary: 'Remove a job',
        description: 'Removes it with its logs and reports; a running one is stopped.',
        tags: ['jobs'],
        params: JobParams,
        response: { 200: { description: 'Removed.', ...ref(Success) }, ...PROBLEMS },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (!(await context.jobs.remove(id.toLowerCase()))) throw noSuchJob(id);
      return reply.send({ success: true });
    },
  );
}

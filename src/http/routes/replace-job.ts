import type { App } from '../app.ts';
import type { RouteContext } from '../context.ts';
import { JobIn, JobParams, Success } from '../schemas/job.ts';
import { PROBLEMS } from '../schemas/problem.ts';
import { ref } from '../schemas/ref.ts';
import { readSubmission } from '../submission.ts';

/** Replaces what was submitted. */
export function addReplaceJob(app: App, context: RouteContext): void {
  app.put(
    '/job/:id',
    {
      bodyLimit: context.settings.limits.submissionBytes,
      onRequest: async (request, reply) => context.admitBody(request, reply, context.callerOf(request).id),
      schema: {
        operationId: 'replaceJob',
        summary: 'Replace a job',
        description:
          'Replaces name, description and Dockerfile; a changed Dockerfile or context starts a new attempt. `status` and `performance` are set by Drydock alone and refused here.',
        tags: ['jobs'],
        params: JobParams,
        body: ref(JobIn),
        response: { 200: { description: 'Replaced.', ...ref(Success) }, ...PROBLEMS },
      },
    },
    async (request, reply) => {
      const job = await readSubmission(request.body, context);
      await context.jobs.replace(request.params.id.toLowerCase(), job);
      return reply.send({ success: true });
    },
  );
}

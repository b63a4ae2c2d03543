import { type Static, Type } from 'typebox';
import { DrydockError } from '../../core/errors.ts';
import type { JobReport } from '../../core/report.ts';
import type { App } from '../app.ts';
import { jobOf, type RouteContext } from '../context.ts';
import { JobParams } from '../schemas/job.ts';
import { PROBLEMS } from '../schemas/problem.ts';
import { ref } from '../schemas/ref.ts';
import { ReportOut } from '../schemas/report.ts';

export const AttemptQuery = Type.Object({
  attempt: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: 2_147_483_647,
      description: 'Of this attempt; else of the newest that ended.',
    }),
  ),
});

/** Shows all that is known of a job. */
export function addGetReport(app: App, context: RouteContext): void {
  app.get(
    '/job/:id/report',
    {
      schema: {
        operationId: 'getReport',
        summary: 'Show the report of a job',
        tags: ['results'],
        params: JobParams,
        querystring: AttemptQuery,
        response: { 200: { description: 'The report.', ...ref(ReportOut) }, ...PROBLEMS },
      },
    },
    async (request, reply) => reply.send(await reportOf(context, request.params.id, request.query)),
  );
}

/** Throws `not-found` when there is no such job, or no report yet. */
export async function reportOf(
  context: RouteContext,
  id: string,
  query: Static<typeof AttemptQuery>,
): Promise<JobReport> {
  const job = await jobOf(context, id);
  const report = await context.reports.get(job.id, query.attempt);
  if (report !== undefined) return report;
  throw new DrydockError(
    'not-found',
    query.attempt === undefined
      ? `An ended job was expected, but ${id} is ${job.status} and has no report yet.`
      : `A report of attempt ${query.attempt} was expected, there is none; the job is at attempt ${job.attempt}.`,
  );
}

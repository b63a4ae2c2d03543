import { Type } from 'typebox';
import { DrydockError } from '../../core/errors.ts';
import type { App } from '../app.ts';
import type { RouteContext } from '../context.ts';
import { JobParams } from '../schemas/job.ts';
import { PROBLEMS } from '../schemas/problem.ts';
import { oneOf } from '../schemas/ref.ts';
import { AttemptQuery, reportOf } from './get-report.ts';

/** The document is rendered elsewhere; it has a schema of its own. */
const rendered = Type.Unsafe<string>({ type: 'object' });

/** Lists what is inside the image that a job built. */
export function addGetSbom(app: App, context: RouteContext): void {
  app.get(
    '/job/:id/sbom',
    {
      schema: {
        operationId: 'getSbom',
        summary: 'Show what is inside the image',
        tags: ['results'],
        params: JobParams,
        querystring: Type.Object({
          ...AttemptQuery.properties,
          format: Type.Optional(oneOf(['cyclonedx'], { default: 'cyclonedx' })),
        }),
        response: {
          200: {
            description: 'A CycloneDX 1.6 document.',
            content: { 'application/vnd.cyclonedx+json': { schema: rendered } },
          },
          ...PROBLEMS,
        },
      },
    },
    async (request, reply) => {
      const report = await reportOf(context, request.params.id, request.query);
      if (report.inventory === null)
        throw new DrydockError(
          'not-found',
          `A list of packages was expected, but the job ended before its image was read. Its report says why.`,
        );
      return reply.type('application/vnd.cyclonedx+json; version=1.6').send(context.sbom(report));
    },
  );
}

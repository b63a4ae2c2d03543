import { Type } from 'typebox';
import { DrydockError, ERRORS } from '../../core/errors.ts';
import type { App } from '../app.ts';
import { PROBLEMS } from '../schemas/problem.ts';
import { oneOf } from '../schemas/ref.ts';

const ProblemKind = Type.Object({
  code: Type.String(),
  title: Type.String(),
  status: Type.Integer(),
  who: oneOf(['user', 'operator', 'drydock'], { description: 'Who must act.' }),
  retry: Type.Boolean({ description: 'Whether the same request may succeed later.' }),
});

/** Says what a code means: where the `type` of a problem document leads. */
export function addGetProblem(app: App): void {
  app.get(
    '/problems/:code',
    {
      schema: {
        operationId: 'getProblem',
        summary: 'Say what an error code means',
        tags: ['service'],
        security: [],
        params: Type.Object({ code: Type.String({ maxLength: 100 }) }),
        response: { 200: { description: 'Its line of the error table.', ...ProblemKind }, ...PROBLEMS },
      },
    },
    async (request, reply) => {
      const found = Object.entries(ERRORS).find(([code]) => code === request.params.code);
      if (found === undefined)
        throw new DrydockError(
          'not-found',
          'A code of the error table was expected; docs/errors.md lists them.',
        );
      const [code, { title, http, who, retry }] = found;
      return reply.send({ code, title, status: http, who, retry });
    },
  );
}

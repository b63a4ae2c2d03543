import { Type } from 'typebox';
import type { App } from '../app.ts';
import type { RouteContext } from '../context.ts';
import { PROBLEMS } from '../schemas/problem.ts';
import { nullable, oneOf } from '../schemas/ref.ts';

const texts = Type.Array(Type.String());
const About = Type.Object({
  product: Type.Literal('drydock'),
  version: Type.String(),
  engine: nullable(
    Type.Object({
      name: Type.String(),
      version: Type.String(),
      isRootless: Type.Boolean(),
      sandboxes: Type.Array(oneOf(['runc', 'gvisor', 'docker', 'fake'])),
      degraded: texts,
    }),
    'The container engine, and what this host cannot enforce; null when jobs are done elsewhere.',
  ),
});

/** Says what serves here and how well it can isolate. */
export function addAbout(app: App, context: RouteContext): void {
  app.get(
    '/about',
    {
      schema: {
        operationId: 'getAbout',
        summary: 'Say what serves here',
        tags: ['service'],
        response: { 200: { description: 'The version and the engine.', ...About }, ...PROBLEMS },
      },
    },
    async (_request, reply) => {
      const engine = await context.describe();
      return reply.send({
        product: 'drydock',
        version: context.settings.version,
        engine:
          engine === null
            ? null
            : { ...engine, sandboxes: [...engine.sandboxes], degraded: [...engine.degraded] },
      });
    },
  );
}

import { type Static, Type } from 'typebox';
import { JOB_STATUSES, type Job } from '../../core/job.ts';
import type { JobStore } from '../../core/ports.ts';
import type { App } from '../app.ts';
import type { RouteContext } from '../context.ts';
import { toListedJob } from '../job-view.ts';
import { ListedJob } from '../schemas/job.ts';
import { PROBLEMS } from '../schemas/problem.ts';
import { oneOf, ref } from '../schemas/ref.ts';

/** How many are read from the store at once. */
const CHUNK = 50;

const Query = Type.Object(
  {
    status: Type.Optional(oneOf(JOB_STATUSES, { description: 'Only jobs of this status.' })),
    limit: Type.Optional(
      Type.Integer({ minimum: 1, maximum: 500, default: 50, description: 'At most so many.' }),
    ),
    order: Type.Optional(
      oneOf(['newest', 'oldest'], { default: 'newest', description: 'By the time of submission.' }),
    ),
    cursor: Type.Optional(
      Type.String({ maxLength: 512, description: 'Out of the Link header of the page before.' }),
    ),
  },
  { additionalProperties: false },
);

type ListQuery = Static<typeof Query> & { readonly limit: number; readonly order: 'newest' | 'oldest' };

/** Lists jobs, a page at a time. */
export function addListJobs(app: App, context: RouteContext): void {
  app.get(
    '/jobs',
    {
      schema: {
        operationId: 'listJobs',
        summary: 'List jobs',
        description:
          'A plain array. When there are more, the header Link has the address of the next page with rel="next". A page may hold fewer than `limit`.',
        tags: ['jobs'],
        querystring: Query,
        response: {
          200: { description: 'The jobs of this page.', ...Type.Array(ref(ListedJob)) },
          ...PROBLEMS,
        },
      },
    },
    async (request, reply) => {
      const { limit = 50, order = 'newest', ...filter } = request.query;
      const query = { limit, order, ...filter };
      const page = await readPage(context.jobs, query, context.settings.limits.listCharacters);
      if (page.next !== null) reply.header('link', `<${nextPath(query, page.next)}>; rel="next"`);
      return reply.send(page.jobs.map(toListedJob));
    },
  );
}

/** A page of bounded weight: it ends after the chunk whose Dockerfiles bring it over `maxCharacters`. */
async function readPage(
  jobs: Pick<JobStore, 'list'>,
  query: ListQuery,
  maxCharacters: number,
): Promise<{ readonly jobs: readonly Job[]; readonly next: string | null }> {
  const { limit, cursor, ...filter } = query;
  const found: Job[] = [];
  let next: string | null | undefined = cursor;
  let characters = 0;
  do {
    const page = await jobs.list({
      ...filter,
      limit: Math.min(CHUNK, limit - found.length),
      ...(typeof next === 'string' ? { cursor: next } : {}),
    });
    found.push(...page.jobs);
    next = page.next;
    characters += page.jobs.reduce((sum, job) => sum + job.dockerfile.length, 0);
  } while (next !== null && found.length < limit && characters <= maxCharacters);
  return { jobs: found, next };
}

function nextPath(query: ListQuery, cursor: string): string {
  const parameters = new URLSearchParams({ limit: String(query.limit), order: query.order, cursor });
  if (query.status !== undefined) parameters.set('status', query.status);
  return `/api/v1/jobs?${parameters}`;
}

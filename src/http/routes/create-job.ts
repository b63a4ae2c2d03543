import { Type } from 'typebox';
import { DrydockError } from '../../core/errors.ts';
import type { NewJob } from '../../core/ports.ts';
import type { App } from '../app.ts';
import type { RouteContext } from '../context.ts';
import { jobPath } from '../job-view.ts';
import { InputError } from '../problem.ts';
import { JobId, JobIn } from '../schemas/job.ts';
import { PROBLEMS } from '../schemas/problem.ts';
import { ref } from '../schemas/ref.ts';
import { readSubmission } from '../submission.ts';

const IDEMPOTENCY_KEY = /^[\x21-\x7e]{1,255}$/;

/** Takes a submission, checks it and queues it. */
export function addCreateJob(app: App, context: RouteContext): void {
  app.post(
    '/job',
    {
      bodyLimit: context.settings.limits.submissionBytes,
      onRequest: async (request, reply) => context.admitBody(request, reply, context.callerOf(request).id),
      schema: {
        operationId: 'createJob',
        summary: 'Submit a Dockerfile',
        description:
          'Answers at once with the id, and in Location with the path of the job; the work is done in the background. With an `Idempotency-Key`, the same submission within 24 hours answers the same id and makes no second job.',
        tags: ['jobs'],
        headers: Type.Object({
          'idempotency-key': Type.Optional(
            Type.String({ description: 'Up to 255 visible ASCII characters, of your choice.' }),
          ),
        }),
        body: ref(JobIn),
        response: { 200: { description: 'Accepted: it will not be lost.', ...ref(JobId) }, ...PROBLEMS },
      },
    },
    async (request, reply) => {
      const job = await readSubmission(request.body, context);
      const key = readKey(request.headers['idempotency-key']);
      const id =
        key === null
          ? (await context.jobs.create(job)).id
          : await createOnce(context, { tokenId: context.callerOf(request).id, key }, job);
      return reply.header('location', jobPath(id)).send({ id });
    },
  );
}

function readKey(header: string | undefined): string | null {
  if (header === undefined) return null;
  if (IDEMPOTENCY_KEY.test(header)) return header;
  throw new InputError([
    { in: 'header', pointer: '#/idempotency-key', detail: 'must be 1 to 255 visible ASCII characters' },
  ]);
}

async function createOnce(
  { idempotency, jobs }: RouteContext,
  key: { readonly tokenId: string; readonly key: string },
  job: NewJob,
): Promise<string> {
  const claim = await idempotency.claim(key, job.payloadDigest);
  switch (claim.state) {
    case 'answered':
      return claim.jobId;
    case 'in-flight':
      throw new DrydockError(
        'conflict',
        'A submission with this Idempotency-Key is just being taken. Try again in a moment.',
      );
    case 'mismatch':
      throw new InputError([
        {
          in: 'header',
          pointer: '#/idempotency-key',
          detail: 'was used with another payload; choose a new one',
        },
      ]);
    case 'claimed':
      try {
        const { id } = await jobs.create(job);
        await idempotency.answer(key, id);
        return id;
      } catch (error) {
        await idempotency.release(key);
        throw error;
      }
  }
}

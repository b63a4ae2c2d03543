import { type Static, Type } from 'typebox';
import { JOB_DESCRIPTION_MAX, JOB_NAME_MAX, JOB_STATUSES } from '../../core/job.ts';
import { REASON_CODES, STEP_NAMES } from '../../core/outcome.ts';
import { nullable, oneOf, ref } from './ref.ts';

/** Controls would be obeyed by terminals; PostgreSQL keeps neither NUL nor half a surrogate pair. */
const NO_CONTROLS = '^[^\\p{Cc}\\p{Cs}]*$';

export const JobIn = Type.Object(
  {
    name: Type.String({
      minLength: 1,
      maxLength: JOB_NAME_MAX,
      pattern: NO_CONTROLS,
      description: 'Characters, without control characters.',
    }),
    description: Type.String({
      maxLength: JOB_DESCRIPTION_MAX,
      pattern: NO_CONTROLS,
      description: 'Characters, without control characters; may be empty.',
    }),
    dockerfile: Type.String({
      minLength: 1,
      description:
        'The Dockerfile: base64 of gzip (`gzip -c Dockerfile | base64 -w 0`), or the plain text. At most 256 KiB when decoded.',
    }),
    context: Type.Optional(
      Type.String({
        minLength: 1,
        description:
          'The build context: base64 of a gzipped tar. At most 64 MiB when unpacked. Without one, COPY from the context fails the build.',
      }),
    ),
  },
  { $id: 'JobIn', additionalProperties: false },
);
export type JobIn = Static<typeof JobIn>;

export const Reason = Type.Object(
  {
    code: oneOf(REASON_CODES),
    stage: oneOf(STEP_NAMES),
    message: Type.String(),
    clause: Type.Optional(Type.String({ description: 'The clause of the policy.' })),
    line: Type.Optional(Type.Integer({ minimum: 1, description: 'The line of the Dockerfile.' })),
  },
  { $id: 'Reason', description: 'Why a job ended as it did. `code` is stable, `message` is for people.' },
);

const Links = Type.Object({
  self: Type.String(),
  report: Type.String(),
  sbom: Type.String(),
  logs: Type.String(),
  events: Type.String(),
});

const time = (description: string) => Type.String({ format: 'date-time', description });

const jobFields = {
  id: Type.String({ format: 'uuid' }),
  name: Type.String({ maxLength: JOB_NAME_MAX }),
  description: Type.String({ maxLength: JOB_DESCRIPTION_MAX }),
  dockerfile: Type.String({ description: 'As it was sent, unchanged.' }),
  status: oneOf(JOB_STATUSES, {
    default: 'init',
    description:
      '`init` waits, `processing` is at work. `failed` is the fault of the submission, `error` is ours.',
  }),
  performance: nullable(
    Type.Number(),
    'What the container wrote to /data/perf.json; higher is better. Null while there is none.',
  ),
  hardening: nullable(
    Type.Number({ minimum: 0, maximum: 100 }),
    "The audit's score, 0 to 100; higher is better.",
  ),
  stage: nullable(oneOf(STEP_NAMES), 'The step at work, or the one that ended the job.'),
  reason: nullable(ref(Reason), 'Why it ended; null while it has not, and on success.'),
  attempt: Type.Integer({
    minimum: 1,
    description: 'Counts from 1; a retry or a changed Dockerfile adds one.',
  }),
  hasContext: Type.Boolean(),
  payloadDigest: Type.String({ description: 'SHA-256 over the payload as received.' }),
  isCancelRequested: Type.Boolean(),
  createdAt: time('When it was submitted.'),
  updatedAt: time('When it last changed.'),
  startedAt: nullable(Type.String({ format: 'date-time' }), 'When the attempt began.'),
  finishedAt: nullable(Type.String({ format: 'date-time' }), 'When the attempt ended.'),
  links: Links,
};

export const ListedJob = Type.Object(jobFields, {
  $id: 'ListedJob',
  description: 'A job as lists show it.',
});

export const JobOut = Type.Object(
  {
    ...jobFields,
    queuePosition: nullable(
      Type.Integer({ minimum: 0 }),
      'How many jobs are ahead of it; null when it does not wait.',
    ),
  },
  { $id: 'Job', description: 'A job.' },
);
export type ListedJob = Static<typeof ListedJob>;
export type JobOut = Static<typeof JobOut>;

export const JobId = Type.Object({ id: Type.String({ format: 'uuid' }) }, { $id: 'JobId' });
export const Success = Type.Object({ success: Type.Literal(true) }, { $id: 'Success' });

/** The path parameter of every route of one job. */
export const JobParams = Type.Object({
  id: Type.String({
    format: 'uuid',
    pattern: '^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$',
    description: 'The id that the submission answered.',
  }),
});

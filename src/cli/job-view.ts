import { DrydockError } from '../core/errors.ts';
import { JOB_STATUSES, type JobStatus } from '../core/job.ts';

/** A job as the API shows it, in the fields that the commands print. */
export interface JobView {
  readonly id: string;
  readonly name: string;
  readonly status: JobStatus;
  readonly stage: string | null;
  readonly performance: number | null;
  readonly hardening: number | null;
  readonly reason: string | null;
  readonly createdAt: string;
}

/** Reads a job out of an answer of the service. Throws `service-unreachable` when it is none: another program answers there. */
export function parseJobView(value: unknown): JobView {
  const field = (name: string): unknown =>
    typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
  const status = JOB_STATUSES.find((known) => known === field('status'));
  const id = field('id');
  if (status === undefined || typeof id !== 'string')
    throw new DrydockError(
      'service-unreachable',
      'A job was expected from the service, got something else. Is it Drydock that answers there?',
    );
  const text = (name: string): string | null => {
    const it = field(name);
    return typeof it === 'string' ? it : null;
  };
  const number = (name: string): number | null => {
    const it = field(name);
    return typeof it === 'number' ? it : null;
  };
  return {
    id,
    status,
    name: text('name') ?? '',
    stage: text('stage'),
    performance: number('performance'),
    hardening: number('hardening'),
    reason: reasonText(field('reason')),
    createdAt: text('createdAt') ?? '',
  };
}

function reasonText(reason: unknown): string | null {
  if (typeof reason !== 'object' || reason === null) return null;
  const code: unknown = Reflect.get(reason, 'code');
  const message: unknown = Reflect.get(reason, 'message');
  return `${String(code)}: ${String(message)}`;
}

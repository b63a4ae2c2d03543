import { DrydockError } from '../core/errors.ts';
import { JOB_DESCRIPTION_MAX, JOB_NAME_MAX } from '../core/job.ts';
import type { NewJob } from '../core/ports.ts';

/**
 * Refuses what can't be stored as it is: PostgreSQL's text holds neither NUL nor a lone surrogate, and the lengths are
 * bounds of the table. Throws `input-invalid`. Untrusted.
 */
export function assertStorable(job: NewJob): void {
  assertLength('name', job.name, JOB_NAME_MAX);
  assertLength('description', job.description, JOB_DESCRIPTION_MAX);
  assertText('name', job.name);
  assertText('description', job.description);
  assertText('dockerfile', job.dockerfile);
  if (job.context !== null) assertText('context', job.context);
}

function assertLength(field: string, value: string, max: number): void {
  // Counted as PostgreSQL and JSON Schema count: code points.
  if (value.length > max && [...value].length > max)
    throw new DrydockError(
      'input-invalid',
      `The field "${field}" was expected to have at most ${max} characters, it has more.`,
    );
}

function assertText(field: string, value: string): void {
  if (value.includes('\0') || !value.isWellFormed())
    throw new DrydockError(
      'input-invalid',
      `The field "${field}" was expected to be text; it holds a NUL character or half a surrogate pair.`,
    );
}

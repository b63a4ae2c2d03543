import { printable } from '../core/printable.ts';
import type { Paint } from '../report/paint.ts';
import type { JobView } from './job-view.ts';

/** A job in a line or two: its status, its numbers and why it ended as it did. */
export function describeJob(job: JobView, paint: Paint): string {
  const colour = {
    init: paint.dim,
    processing: paint.blue,
    success: paint.green,
    failed: paint.red,
    error: paint.red,
    canceled: paint.yellow,
  }[job.status];
  const numbers = [
    job.performance === null ? null : `performance ${job.performance}`,
    job.hardening === null ? null : `hardening ${job.hardening}`,
  ].filter((text) => text !== null);
  const stage = job.status === 'processing' && job.stage !== null ? ` (${job.stage})` : '';
  const first = `${colour(job.status)}${stage}  ${printable(job.name)}${numbers.length === 0 ? '' : `  ${numbers.join(', ')}`}\n`;
  return job.reason === null ? first : `${first}  ${printable(job.reason)}\n`;
}

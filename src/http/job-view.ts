import type { Job } from '../core/job.ts';
import type { JobOut, ListedJob } from './schemas/job.ts';

/** A job as the API shows it in lists: the seed's six fields first, then what has grown. */
export function toListedJob(job: Job): ListedJob {
  const self = jobPath(job.id);
  return {
    id: job.id,
    name: job.name,
    description: job.description,
    dockerfile: job.dockerfile,
    status: job.status,
    performance: job.performance,
    hardening: job.hardening,
    stage: job.stage,
    reason: job.reason,
    attempt: job.attempt,
    hasContext: job.hasContext,
    payloadDigest: job.payloadDigest,
    isCancelRequested: job.isCancelRequested,
    createdAt: job.createdAt,
    updatedAt: job.updatedAt,
    startedAt: job.startedAt,
    finishedAt: job.finishedAt,
    links: {
      self,
      report: `${self}/report`,
      sbom: `${self}/sbom`,
      logs: `${self}/logs`,
      events: `${self}/events`,
    },
  };
}

export function toJobOut(job: Job, queuePosition: number | null): JobOut {
  return { ...toListedJob(job), queuePosition };
}

/** The path of a job; links are paths, so that they hold behind any host name. */
export function jobPath(id: string): string {
  return `/api/v1/job/${id}`;
}

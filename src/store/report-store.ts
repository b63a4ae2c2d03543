import { DrydockError } from '../core/errors.ts';
import type { ReportStore } from '../core/ports.ts';
import type { JobReport } from '../core/report.ts';
import type { Database } from './database.ts';
import { isJobId } from './job-row.ts';
import { text } from './row.ts';

/** Reports as `finish` recorded them. */
export function createReportStore(database: Database): ReportStore {
  return {
    get: async (jobId, attempt) => {
      if (!isJobId(jobId)) return undefined;
      const [row] = await database.query(
        `SELECT report FROM job_reports WHERE job_id = $1 AND ($2::integer IS NULL OR attempt = $2::integer)
         ORDER BY attempt DESC LIMIT 1`,
        [jobId, attempt ?? null],
      );
      return row === undefined ? undefined : parseReport(text(row, 'report'));
    },
  };
}

function parseReport(json: string): JobReport {
  const value: unknown = JSON.parse(json);
  if (isReport(value)) return value;
  throw new DrydockError('invariant-broken', 'A stored report was expected to have version 1; it has not.');
}

/** It was a `JobReport` when this store wrote it; only its version is asked for. */
function isReport(value: unknown): value is JobReport {
  return typeof value === 'object' && value !== null && 'version' in value && value.version === 1;
}

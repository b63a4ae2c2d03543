import { DrydockError, ERRORS } from '../core/errors.ts';
import type { Reason, StepName } from '../core/outcome.ts';
import type { JobEnd } from '../core/ports.ts';
import type { JobReport } from '../core/report.ts';

/** How a job ended, from its report. `stage` is the last step that was reached. */
export function jobEndOf(report: JobReport): JobEnd {
  const { status, reasons } = report.verdict;
  const reason = status === 'success' ? null : (reasons[0] ?? null);
  const reached = report.steps.filter((step) => step.name !== 'verdict' && step.status !== 'skipped').at(-1);
  return {
    status,
    stage: status === 'success' ? 'verdict' : (reason?.stage ?? reached?.name ?? null),
    performance: report.performance,
    hardening: report.hardening?.score ?? null,
    reason,
    report,
  };
}

/** The end of a job without a report. */
export function endWithout(status: 'error' | 'canceled', reason: Reason): JobEnd {
  return { status, stage: reason.stage, performance: null, hardening: null, reason, report: null };
}

/** What the submitter is told of a failure that is not theirs. The words of unforeseen errors stay in our log. */
export function reasonOf(error: unknown, stage: StepName): Reason {
  const isForeseen = error instanceof DrydockError && ERRORS[error.code].who !== 'drydock';
  const message = isForeseen
    ? error.message
    : 'A fault of Drydock itself kept the job from going on; its log says more.';
  return { code: 'internal-error', stage, message };
}

/** Whether another attempt may go better: as the error table says, and for everything unforeseen. */
export function isWorthRetrying(error: unknown): boolean {
  return !(error instanceof DrydockError) || ERRORS[error.code].retry;
}

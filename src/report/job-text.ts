import type { Reason } from '../core/outcome.ts';
import { printable } from '../core/printable.ts';
import type { JobReport, StepRecord } from '../core/report.ts';
import { paintSeverity } from './audit-text.ts';
import type { Paint } from './paint.ts';
import { renderFound } from './scan-text.ts';

const MARKS = { passed: '✔', failed: '✘', skipped: '–', error: '!', canceled: '■' } as const;

/** A whole job for people: the steps, what was found, why it ended as it did, the verdict and the number. */
export function renderJobText(report: JobReport, paint: Paint): string {
  const parts = [
    report.steps.map((step) => renderStep(step, paint)).join('\n'),
    renderBases(report, paint),
    renderFindings(report, paint),
    report.scan === null ? '' : renderFound(report.scan, paint),
    renderVerdict(report, paint),
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

export function renderStep(step: StepRecord, paint: Paint): string {
  const colour = {
    passed: paint.green,
    failed: paint.red,
    skipped: paint.dim,
    error: paint.red,
    canceled: paint.yellow,
  }[step.status];
  return `  ${colour(MARKS[step.status])} ${step.name.padEnd(10)} ${paint.dim(seconds(step.durationMs).padStart(8))}  ${printable(step.summary)}`;
}

function renderBases(report: JobReport, paint: Paint): string {
  return (report.build?.bases ?? [])
    .filter(({ isSubstituted }) => isSubstituted)
    .map(({ named, used, line }) =>
      paint.yellow(
        `  line ${line}: FROM ${printable(named)} was built on ${printable(used)} instead, by the policy's table of substitutes.`,
      ),
    )
    .join('\n');
}

function renderFindings(report: JobReport, paint: Paint): string {
  const findings = report.audit?.findings ?? [];
  return findings
    .map(
      ({ span, severity, rule, message }) =>
        `  line ${String(span.start.line).padStart(3)}  ${paintSeverity(severity, paint)}  ${paint.bold(rule)} ${printable(message)}`,
    )
    .join('\n');
}

function renderVerdict(report: JobReport, paint: Paint): string {
  const { status, reasons, warnings } = report.verdict;
  const colour = status === 'success' ? paint.green : status === 'canceled' ? paint.yellow : paint.red;
  const numbers = [
    `performance ${report.performance ?? 'none'}`,
    ...(report.hardening === null ? [] : [`hardening ${report.hardening.score} of 100`]),
  ];
  return [
    ...reasons.map((reason) => `  ${paint.red('why')}   ${renderReason(reason)}`),
    ...warnings.map((warning) => `  ${paint.yellow('note')}  ${printable(warning)}`),
    `${paint.bold(colour(status.toUpperCase()))}  ${numbers.join(', ')}`,
  ].join('\n');
}

export function renderReason(reason: Reason): string {
  const where = reason.line === undefined ? reason.stage : `${reason.stage}, line ${reason.line}`;
  const clause = reason.clause === undefined ? '' : ` [policy: ${reason.clause}]`;
  return `${reason.code} (${where}): ${printable(reason.message)}${clause}`;
}

export function seconds(milliseconds: number): string {
  return milliseconds < 995
    ? `${Math.round(milliseconds)} ms`
    : `${(milliseconds / 1000).toFixed(milliseconds < 9950 ? 2 : 1)} s`;
}

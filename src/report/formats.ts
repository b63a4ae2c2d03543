import type { JobReport } from '../core/report.ts';
import { renderAuditJson } from './audit-json.ts';
import { renderAuditText } from './audit-text.ts';
import type { AuditDocument, RuleInfo, ScanDocument } from './document.ts';
import { renderJobSarif, renderScanSarif } from './job-sarif.ts';
import { renderJobText } from './job-text.ts';
import type { Paint } from './paint.ts';
import { renderAuditSarif } from './sarif.ts';
import { renderScanText } from './scan-text.ts';

/** The formats every reporting command takes. */
export const FORMATS = ['text', 'json', 'sarif'] as const;
export type Format = (typeof FORMATS)[number];

export function renderAudit(document: AuditDocument, format: Format, paint: Paint): string {
  switch (format) {
    case 'text':
      return renderAuditText(document, paint);
    case 'json':
      return renderAuditJson(document);
    case 'sarif':
      return renderAuditSarif(document);
  }
}

/** `source` is where the Dockerfile lies, for formats that point into it. */
export function renderJob(
  report: JobReport,
  format: Format,
  source: { readonly path: string; readonly rules: ReadonlyMap<string, RuleInfo>; readonly paint: Paint },
): string {
  switch (format) {
    case 'text':
      return renderJobText(report, source.paint);
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'sarif':
      return renderJobSarif(report, source.rules, source.path);
  }
}

export function renderScan(document: ScanDocument, format: Format, paint: Paint): string {
  switch (format) {
    case 'text':
      return renderScanText(document, paint);
    case 'json':
      return `${JSON.stringify({ version: 1, drydock: document.version, target: document.target, inventory: document.inventory, scan: document.scan }, null, 2)}\n`;
    case 'sarif':
      return renderScanSarif(document);
  }
}

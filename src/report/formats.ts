import type { JobReport } from '../core/report.ts';
import { renderAuditJson } from './audit-json.ts';
import { renderAuditText } from './audit-text.ts';
import type { AuditDocument, ScanDocument } from './document.ts';
import { renderGithub } from './github.ts';
import { renderHtml } from './html.ts';
import { auditItems, type ItemDocument, type JobSource, jobItems, scanItems } from './items.ts';
import { renderJobText } from './job-text.ts';
import { renderJunit } from './junit.ts';
import { renderMarkdown } from './markdown.ts';
import type { Paint } from './paint.ts';
import { renderSarif } from './sarif.ts';
import { renderScanText } from './scan-text.ts';

/** The formats made of items alone; text and JSON are written for each kind of report. */
const ITEM_FORMATS = {
  sarif: renderSarif,
  junit: renderJunit,
  github: renderGithub,
  markdown: renderMarkdown,
  html: renderHtml,
} as const satisfies Record<string, (document: ItemDocument) => string>;

/** What `--format` takes. */
export const FORMATS = ['text', 'json', 'sarif', 'junit', 'github', 'markdown', 'html'] as const;
export type Format = (typeof FORMATS)[number];

export function renderAudit(document: AuditDocument, format: Format, paint: Paint): string {
  if (format === 'text') return renderAuditText(document, paint);
  if (format === 'json') return renderAuditJson(document);
  return ITEM_FORMATS[format](auditItems(document));
}

/** `source` is where the Dockerfile lies, for formats that point into it. */
export function renderJob(
  report: JobReport,
  format: Format,
  source: JobSource & { readonly paint: Paint },
): string {
  if (format === 'text') return renderJobText(report, source.paint);
  if (format === 'json') return `${JSON.stringify(report, null, 2)}\n`;
  return ITEM_FORMATS[format](jobItems(report, source));
}

export function renderScan(document: ScanDocument, format: Format, paint: Paint): string {
  if (format === 'text') return renderScanText(document, paint);
  if (format === 'json') {
    const { target, inventory, scan, version } = document;
    return `${JSON.stringify({ version: 1, drydock: version, target, inventory, scan }, null, 2)}\n`;
  }
  return ITEM_FORMATS[format](scanItems(document));
}

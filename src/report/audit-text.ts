import type { Finding, FindingSeverity, Span } from '../core/finding.ts';
import { printable } from '../core/printable.ts';
import type { AuditDocument, AuditedFile, RuleInfo } from './document.ts';
import type { Paint } from './paint.ts';

const EXCERPT_CHARS = 160;

/** An audit for people: each finding with its line underlined, what, why and how; then the sums. */
export function renderAuditText(document: AuditDocument, paint: Paint): string {
  const blocks = document.files.flatMap((file) => renderFile(file, document.rules, paint));
  return `${[...blocks, renderSums(document, paint)].join('\n')}\n`;
}

function renderFile(file: AuditedFile, rules: AuditDocument['rules'], paint: Paint): string[] {
  const lines = file.text.split('\n');
  const findings = file.findings.map((finding) =>
    renderFinding({ file, finding, rule: rules.get(finding.rule), lines, paint }),
  );
  const unchecked = file.unchecked.map(
    (what) => `${paint.bold(printable(file.path))}  ${paint.yellow('not checked')}  ${printable(what)}\n`,
  );
  return [...findings, ...unchecked];
}

interface Shown {
  readonly file: AuditedFile;
  readonly finding: Finding;
  readonly rule: RuleInfo | undefined;
  readonly lines: readonly string[];
  readonly paint: Paint;
}

function renderFinding({ file, finding, rule, lines, paint }: Shown): string {
  const { start } = finding.span;
  const place = paint.bold(`${printable(file.path)}:${start.line}:${start.column}`);
  const about = [
    ['why', rule?.why],
    [
      'fix',
      finding.fix === undefined
        ? rule?.fix
        : `${rule?.fix ?? finding.fix.description ?? ''} ${paint.dim(finding.fix.safe ? '(--fix mends it)' : '(--fix-unsafe mends it)')}`,
    ],
    ['from', finding.sources.join(', ')],
  ];
  return [
    `${place}  ${paintSeverity(finding.severity, paint)}  ${paint.bold(finding.rule)} ${paint.dim(finding.name)}`,
    `  ${printable(finding.message)}`,
    ...underline(finding.span, lines, paint),
    ...about
      .filter(([, text]) => text !== undefined && text !== '')
      .map(([word = '', text = '']) => `  ${paint.dim(word.padEnd(4))} ${text}`),
    '',
  ].join('\n');
}

/** The first line of the span with a line of carets below. Tabs stay tabs so that both lines align. */
function underline(span: Span, lines: readonly string[], paint: Paint): string[] {
  const line = lines[span.start.line - 1]?.replace(/\r$/, '');
  if (line === undefined) return [];
  const from = Math.max(0, span.start.column - 1);
  const to = span.end.line === span.start.line ? span.end.column - 1 : line.length;
  const shift = from > EXCERPT_CHARS - 20 ? from - 20 : 0;
  const before = printable(line.slice(shift, from));
  const marked = printable(line.slice(from, Math.min(Math.max(to, from + 1), shift + EXCERPT_CHARS)));
  const after = printable(line.slice(Math.max(to, from + 1), shift + EXCERPT_CHARS));
  const gutter = String(span.start.line).padStart(5);
  return [
    `  ${paint.dim(`${gutter} │`)} ${shift > 0 ? '…' : ''}${before}${marked}${after}`,
    `  ${paint.dim('      │')} ${shift > 0 ? ' ' : ''}${before.replaceAll(/[^\t]/g, ' ')}${paint.red('^'.repeat(Math.max(1, [...marked].length)))}`,
  ];
}

function renderSums({ files }: AuditDocument, paint: Paint): string {
  const findings = files.flatMap((file) => file.findings);
  const count = (severity: FindingSeverity): number =>
    findings.filter((finding) => finding.severity === severity).length;
  const what = files.length === 1 ? '1 file' : `${files.length} files`;
  const scores = files.flatMap(({ hardening }) => (hardening === null ? [] : [hardening.score]));
  const score =
    scores.length === 0
      ? ''
      : ` Hardening ${scores.length === 1 ? scores[0] : `${Math.min(...scores)} to ${Math.max(...scores)}`} of 100.`;
  if (findings.length === 0) return paint.green(`${what} audited, nothing found.${score}`);
  return `${what} audited: ${paint.red(`${count('error')} errors`)}, ${paint.yellow(`${count('warning')} warnings`)}, ${paint.blue(`${count('info')} notes`)}.${score}`;
}

export function paintSeverity(severity: FindingSeverity, paint: Paint): string {
  return { error: paint.red, warning: paint.yellow, info: paint.blue }[severity](severity);
}

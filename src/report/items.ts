import type { Finding, FindingSeverity, Fix, Span } from '../core/finding.ts';
import type { JobReport, ScanResult } from '../core/report.ts';
import type { VulnerabilitySeverity } from '../core/vulnerability.ts';
import type { AuditDocument, RuleInfo, ScanDocument } from './document.ts';

/** One thing to say: a finding, a vulnerability, a secret, a reason. Every machine format is made of these. */
export interface Item {
  readonly rule: string;
  readonly name: string;
  readonly severity: FindingSeverity;
  readonly message: string;
  /** Where in the group's file, if it has a place there. */
  readonly span: Span | null;
  readonly why: string;
  readonly mend: string;
  readonly sources: readonly string[];
  readonly fix: Fix | null;
}

/** The items of one file or image. Everything here is untrusted text. */
export interface ItemGroup {
  readonly path: string;
  /** The text that the spans point into, for excerpts. */
  readonly text: string | null;
  /** One line beside the path, e.g. `hardening 84 of 100`. */
  readonly headline: string;
  readonly items: readonly Item[];
  /** What was not checked, and other remarks. */
  readonly notes: readonly string[];
}

export interface ItemDocument {
  readonly title: string;
  readonly version: string;
  readonly groups: readonly ItemGroup[];
}

/** Where a job's Dockerfile lies and what its rules say, for formats that point into it. */
export interface JobSource {
  readonly path: string;
  readonly text: string | null;
  readonly rules: ReadonlyMap<string, RuleInfo>;
}

const BY_VULNERABILITY = {
  unknown: 'info',
  low: 'info',
  medium: 'warning',
  high: 'error',
  critical: 'error',
} as const satisfies Record<VulnerabilitySeverity, FindingSeverity>;

export function auditItems({ files, rules, version }: AuditDocument): ItemDocument {
  const groups = files.map(({ path, text, findings, hardening, unchecked }) => ({
    path,
    text,
    headline: hardening === null ? '' : `hardening ${hardening.score} of 100`,
    items: findings.map((finding) => findingItem(finding, rules.get(finding.rule))),
    notes: unchecked.map((what) => `Not checked: ${what}`),
  }));
  return { title: 'Drydock audit', version, groups };
}

export function jobItems(report: JobReport, { path, text, rules }: JobSource): ItemDocument {
  const { status, reasons, warnings } = report.verdict;
  const items = [
    ...(report.audit?.findings ?? []).map((finding) => findingItem(finding, rules.get(finding.rule))),
    ...(report.scan === null ? [] : scanItemsOf(report.scan)),
    ...reasons.map(
      ({ code, stage, message, clause, line }): Item => ({
        ...NOTHING_MORE,
        rule: `verdict:${code}`,
        name: stage,
        severity: 'error',
        message,
        span: line === undefined ? null : { start: { line, column: 1 }, end: { line, column: 1 } },
        why: clause === undefined ? '' : `The policy says ${clause}.`,
      }),
    ),
  ];
  const headline = `${status}, performance ${report.performance ?? 'none'}, hardening ${report.hardening?.score ?? 'unknown'}`;
  return {
    title: 'Drydock job',
    version: report.drydock,
    groups: [{ path, text, headline, items, notes: warnings }],
  };
}

export function scanItems({ target, inventory, scan, version }: ScanDocument): ItemDocument {
  const os = inventory.os?.prettyName ?? inventory.os?.id ?? 'no operating system';
  const state = [
    inventory.status === 'inconclusive' ? 'INCONCLUSIVE' : '',
    scan.status === 'not-scanned' ? 'NOT SCANNED' : '',
  ].filter((word) => word !== '');
  const headline = [os, `${inventory.packages.length} packages`, ...state].join(', ');
  return {
    title: 'Drydock scan',
    version,
    groups: [
      {
        path: target,
        text: null,
        headline,
        items: scanItemsOf(scan),
        notes: [...inventory.notes, ...scan.notes],
      },
    ],
  };
}

const NOTHING_MORE = { span: null, why: '', mend: '', sources: [], fix: null } as const;

function findingItem(
  { rule, name, severity, message, span, sources, fix }: Finding,
  info: RuleInfo | undefined,
): Item {
  return {
    rule,
    name,
    severity,
    message,
    span,
    sources,
    fix: fix ?? null,
    why: info?.why ?? '',
    mend: info?.fix ?? '',
  };
}

function scanItemsOf({ vulnerabilities, secrets }: ScanResult): Item[] {
  return [
    ...vulnerabilities.map(
      ({ id, severity, packageName, packageVersion, fixedVersion, remedy, summary, source }): Item => ({
        ...NOTHING_MORE,
        rule: id,
        name: packageName,
        severity: BY_VULNERABILITY[severity],
        message: `${packageName} ${packageVersion}: ${summary ?? id} (${severity}); ${fixedVersion === undefined ? 'no fix yet' : `fixed in ${fixedVersion}`}`,
        mend: remedy ?? '',
        sources: [source],
      }),
    ),
    ...secrets.map(
      ({ rule, title, location, masked }): Item => ({
        ...NOTHING_MORE,
        rule: `secret:${rule}`,
        name: rule,
        severity: 'error',
        message: `${title} in ${location}: ${masked}`,
        mend: 'Take it out of the image, give it at run time, and replace it: whoever had the image has it.',
      }),
    ),
  ];
}

import type { JobReport, ScanResult } from '../core/report.ts';
import type { VulnerabilitySeverity } from '../core/vulnerability.ts';
import type { RuleInfo, ScanDocument } from './document.ts';
import { type SarifResult, type SarifRule, sarifLog, sarifResult, sarifRule } from './sarif.ts';

const LEVELS = {
  unknown: 'note',
  low: 'note',
  medium: 'warning',
  high: 'error',
  critical: 'error',
} as const satisfies Record<VulnerabilitySeverity, string>;

/** A job as SARIF: audit findings, vulnerabilities, secrets and, where the job did not succeed, why. */
export function renderJobSarif(
  report: JobReport,
  rules: ReadonlyMap<string, RuleInfo>,
  path: string,
): string {
  const findings = report.audit?.findings ?? [];
  const extra = [...scanResults(report.scan), ...reasonResults(report)];
  const used = [...new Set(findings.map(({ rule }) => rule))].sort();
  return sarifLog({
    version: report.drydock,
    rules: [...used.map((id) => sarifRule(id, rules.get(id))), ...uniqueRules(extra)],
    results: [...findings.map((finding) => sarifResult(path, finding)), ...extra.map(({ result }) => result)],
  });
}

/** A scan as SARIF: vulnerabilities and secrets. An image has no lines: the results carry no region. */
export function renderScanSarif({ scan, version }: ScanDocument): string {
  const extra = scanResults(scan);
  return sarifLog({ version, rules: uniqueRules(extra), results: extra.map(({ result }) => result) });
}

function uniqueRules(extra: readonly Extra[]): SarifRule[] {
  return [...new Map(extra.map(({ rule }) => [rule.id, rule])).values()];
}

function scanResults(scan: ScanResult | null): Extra[] {
  return scan === null ? [] : [...vulnerabilityResults(scan), ...secretResults(scan)];
}

interface Extra {
  readonly rule: SarifRule;
  readonly result: SarifResult;
}

function vulnerabilityResults(scan: ScanResult): Extra[] {
  return scan.vulnerabilities.map(
    ({ id, severity, packageName, packageVersion, fixedVersion, remedy, summary }) => {
      const text = `${packageName} ${packageVersion}: ${summary ?? id}${fixedVersion === undefined ? '' : `; fixed in ${fixedVersion}`}`;
      return {
        rule: {
          id,
          shortDescription: { text: summary ?? id },
          ...(remedy === undefined ? {} : { help: { text: remedy } }),
        },
        result: { ruleId: id, level: LEVELS[severity], message: { text } },
      };
    },
  );
}

function secretResults(scan: ScanResult): Extra[] {
  return scan.secrets.map(({ rule, title, location, masked }) => ({
    rule: { id: `secret:${rule}`, shortDescription: { text: title } },
    result: {
      ruleId: `secret:${rule}`,
      level: 'error',
      message: { text: `${title} in ${location}: ${masked}` },
    },
  }));
}

function reasonResults(report: JobReport): Extra[] {
  return report.verdict.reasons.map(({ code, stage, message }) => ({
    rule: { id: `verdict:${code}`, shortDescription: { text: code } },
    result: { ruleId: `verdict:${code}`, level: 'error', message: { text: `${stage}: ${message}` } },
  }));
}

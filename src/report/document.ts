import type { Finding, FindingSeverity } from '../core/finding.ts';
import type { Inventory } from '../core/package.ts';
import type { Hardening, ScanResult } from '../core/report.ts';

/** One audited file as the reports show it. */
export interface AuditedFile {
  readonly path: string;
  /** The text that the spans point into. Untrusted. */
  readonly text: string;
  readonly findings: readonly Finding[];
  readonly hardening: Hardening | null;
  /** What was not checked and why. */
  readonly unchecked: readonly string[];
}

/** What a rule says of itself; the reports print it beside its findings. */
export interface RuleInfo {
  readonly id: string;
  readonly name: string;
  readonly severity: FindingSeverity;
  readonly what: string;
  readonly why: string;
  readonly fix: string;
  readonly sources: readonly string[];
}

export interface AuditDocument {
  readonly files: readonly AuditedFile[];
  /** By rule id; a finding whose rule is missing here is shown all the same. */
  readonly rules: ReadonlyMap<string, RuleInfo>;
  /** Of Drydock. */
  readonly version: string;
}

export interface ScanDocument {
  readonly target: string;
  readonly inventory: Inventory;
  readonly scan: ScanResult;
  readonly version: string;
}

import type { FindingSeverity } from '../core/finding.ts';
import {
  type BuildLimits,
  DEFAULT_BUILD_LIMITS,
  DEFAULT_RUN_LIMITS,
  type RunLimits,
} from '../core/limits.ts';
import type { VulnerabilitySeverity } from '../core/vulnerability.ts';

/** What is done about something that the policy can't judge: close the gate, say so, or nothing. */
export const ACTIONS = ['fail', 'warn', 'allow'] as const;
export type Action = (typeof ACTIONS)[number];

/** An exception, with why and the last day (UTC) that it holds. */
export interface Exception {
  readonly reason: string;
  /** `2026-12-31`. */
  readonly until: string;
}

/** What may pass the gate, and how it is built and run. Complete: every default is filled in. */
export interface Policy {
  readonly version: 1;
  readonly name: string;
  readonly audit: {
    readonly failOn: FindingSeverity | 'never';
    /** Rules whose `ignore` comments in a Dockerfile count; `*` is all of them. Empty: a submitter suppresses nothing. */
    readonly allowSuppressions: readonly string[];
    readonly ignore: readonly (Exception & { readonly rule: string })[];
  };
  readonly vulnerabilities: {
    readonly failOn: VulnerabilitySeverity | 'never';
    readonly onlyFixable: boolean;
    /** `package` null: in every package. */
    readonly ignore: readonly (Exception & { readonly id: string; readonly package: string | null })[];
  };
  readonly secrets: {
    readonly fail: boolean;
    readonly ignore: readonly (Exception & { readonly rule: string; readonly location: string })[];
  };
  readonly imageChecks: { readonly failOn: FindingSeverity | 'never' };
  readonly notScanned: Action;
  readonly staleAdvisories: Action;
  readonly inventory: { readonly inconclusive: Action };
  readonly bases: {
    /** What becomes of a FROM outside the catalogue. */
    readonly unknown: 'pull' | 'refuse' | 'substitute';
    /** Used when `unknown` is `substitute`; what it does not name is refused. */
    readonly substitutes: Readonly<Record<string, string>>;
    readonly staleAfterDays: number;
  };
  readonly build: { readonly network: 'none' | 'open'; readonly limits: BuildLimits };
  readonly run: { readonly sandbox: 'auto' | 'gvisor' | 'runc'; readonly limits: RunLimits };
}

/** The built-in policy of the service: what was not checked does not pass. */
export const DEFAULT_POLICY: Policy = {
  version: 1,
  name: 'default',
  audit: { failOn: 'error', allowSuppressions: [], ignore: [] },
  vulnerabilities: { failOn: 'high', onlyFixable: true, ignore: [] },
  secrets: { fail: true, ignore: [] },
  imageChecks: { failOn: 'error' },
  notScanned: 'fail',
  staleAdvisories: 'warn',
  inventory: { inconclusive: 'fail' },
  bases: { unknown: 'refuse', substitutes: {}, staleAfterDays: 30 },
  build: { network: 'none', limits: DEFAULT_BUILD_LIMITS },
  run: { sandbox: 'auto', limits: DEFAULT_RUN_LIMITS },
};

/** The built-in policy of the command line, where people look at their own files: it warns of what was not scanned. */
export const COMMAND_LINE_POLICY: Policy = {
  ...DEFAULT_POLICY,
  name: 'command-line',
  audit: { ...DEFAULT_POLICY.audit, allowSuppressions: ['*'] },
  notScanned: 'warn',
  bases: { ...DEFAULT_POLICY.bases, unknown: 'pull' },
};

/** Nothing known passes: any vulnerability, with a fix or without, any warning, any doubt. */
export const STRICT_POLICY: Policy = {
  ...DEFAULT_POLICY,
  name: 'strict',
  audit: { ...DEFAULT_POLICY.audit, failOn: 'warning' },
  vulnerabilities: { failOn: 'unknown', onlyFixable: false, ignore: [] },
  imageChecks: { failOn: 'warning' },
  staleAdvisories: 'fail',
};

/** The policies that a file may build on with `extends`. */
export const PRESETS = {
  default: DEFAULT_POLICY,
  'command-line': COMMAND_LINE_POLICY,
  strict: STRICT_POLICY,
} as const satisfies Record<string, Policy>;

import type { Digest } from './digest.ts';
import type { Finding } from './finding.ts';
import type { FinalStatus } from './job.ts';
import type { Reason, StepName } from './outcome.ts';
import type { Inventory } from './package.ts';
import type { Secret, Vulnerability } from './vulnerability.ts';

/** What one step did. `durationMs` is wall time. */
export interface StepRecord {
  readonly name: StepName;
  readonly status: 'passed' | 'failed' | 'skipped' | 'error' | 'canceled';
  readonly durationMs: number;
  /** One line for people, e.g. `2 findings, hardening 84`. For `skipped`, why. */
  readonly summary: string;
}

/** A base image that the Dockerfile names and the one that was really used. Never silent when they differ. */
export interface BaseUse {
  readonly named: string;
  readonly used: string;
  readonly digest: Digest;
  readonly origin: string;
  readonly isSubstituted: boolean;
  readonly line: number;
}

export interface AuditResult {
  readonly findings: readonly Finding[];
  readonly hardening: Hardening;
  /** What was not checked and why, one line each. */
  readonly unchecked: readonly string[];
}

/** The audit's score. `lynis` is Lynis's penalty (warnings/10, plus 1 for root), kept for compatibility. */
export interface Hardening {
  /** 0 to 100, higher is better; another finding never raises it. */
  readonly score: number;
  readonly lynisPenalty: number;
}

/** What an advisory source was, and how old. */
export interface SourceState {
  readonly name: string;
  /** ISO 8601: the date that the data itself bears. */
  readonly dataDate: string;
  /** ISO 8601: when it was fetched. */
  readonly fetchedAt: string;
  readonly isStale: boolean;
}

export interface ScanResult {
  /** `not-scanned`: no advisory data could be had for this image. Never to be taken for clean. */
  readonly status: 'scanned' | 'not-scanned';
  /** Why not, or what part was not. */
  readonly notes: readonly string[];
  readonly sources: readonly SourceState[];
  readonly vulnerabilities: readonly Vulnerability[];
  readonly secrets: readonly Secret[];
}

export interface GateResult {
  readonly decision: 'pass' | 'fail';
  readonly policy: { readonly name: string; readonly digest: Digest };
  /** What closed the gate; empty when it passed. */
  readonly reasons: readonly Reason[];
  /** What the policy only warns of. */
  readonly warnings: readonly Reason[];
}

/** How the run was isolated. `level`: L0 namespaces, L1 gVisor. */
export interface Isolation {
  readonly level: 'L0' | 'L1';
  readonly sandbox: 'runc' | 'gvisor' | 'docker' | 'fake';
  readonly engine: string;
  /** What the host could not enforce, one line each, e.g. `no memory cgroup: memory is watched, not capped`. */
  readonly degraded: readonly string[];
}

export interface BuildResult {
  readonly status:
    | 'built'
    | 'failed'
    | 'timed-out'
    | 'out-of-memory'
    | 'disk-exceeded'
    | 'output-exceeded'
    | 'refused';
  readonly image: Digest | null;
  readonly sizeBytes: number | null;
  readonly network: 'none' | 'open';
  readonly bases: readonly BaseUse[];
  readonly isolation: Isolation | null;
}

export interface RunResult {
  readonly status: 'exited' | 'killed' | 'timed-out' | 'out-of-memory' | 'output-exceeded' | 'not-started';
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly durationMs: number;
  readonly user: string;
  readonly isolation: Isolation;
  /** What was said about perf.json, e.g. that typographic quotes were read as ASCII ones. */
  readonly warnings: readonly string[];
}

/** Everything that is known of one job: the product. The JSON contract, version 1. */
export interface JobReport {
  readonly version: 1;
  readonly drydock: string;
  readonly job: { readonly id: string; readonly name: string; readonly attempt: number };
  readonly verdict: {
    readonly status: FinalStatus;
    readonly reasons: readonly Reason[];
    readonly warnings: readonly string[];
  };
  /** The submitter's own number; higher is better; no part of the verdict. */
  readonly performance: number | null;
  readonly hardening: Hardening | null;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly steps: readonly StepRecord[];
  readonly payload: {
    readonly digest: Digest;
    readonly dockerfileDigest: Digest;
    readonly contextDigest: Digest | null;
  } | null;
  readonly audit: AuditResult | null;
  readonly build: BuildResult | null;
  readonly inventory: Inventory | null;
  readonly scan: ScanResult | null;
  readonly gate: GateResult | null;
  readonly run: RunResult | null;
}

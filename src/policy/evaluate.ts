import { digestOf } from '../core/digest.ts';
import { type Finding, type FindingSeverity, isAtLeast } from '../core/finding.ts';
import type { Reason } from '../core/outcome.ts';
import type { Inventory } from '../core/package.ts';
import type { AuditResult, GateResult, ScanResult } from '../core/report.ts';
import { isInForce, judgeExceptions } from './exceptions.ts';
import { judgeVulnerabilities } from './judge-vulnerabilities.ts';
import { formatPolicy } from './load.ts';
import type { Action, Policy } from './policy.ts';

/** What is known of an image when the gate decides. A part that is absent was not looked at and is not judged. */
export interface Evidence {
  readonly audit?: Pick<AuditResult, 'findings'>;
  /** What the auditor found in the configuration of the built image. */
  readonly imageFindings?: readonly Finding[];
  readonly inventory?: Pick<Inventory, 'status' | 'notes'>;
  readonly scan?: ScanResult;
}

/**
 * The policy's decision. Pure and total: the same evidence, policy and day give the same answer, and one more
 * finding, vulnerability or secret never turns a refusal into a pass.
 */
export function evaluatePolicy(evidence: Evidence, policy: Policy, now: Date): GateResult {
  const reasons: Reason[] = [];
  const warnings: Reason[] = judgeExceptions(policy, now);
  const act = (action: Action, reason: Reason): void => {
    if (action === 'fail') reasons.push(reason);
    if (action === 'warn') warnings.push(reason);
  };
  const { audit, imageFindings, inventory, scan } = evidence;
  if (audit !== undefined) reasons.push(...evaluateAudit(audit, policy, now));
  if (imageFindings !== undefined) reasons.push(...judgeImage(imageFindings, policy));
  if (inventory?.status === 'inconclusive')
    act(policy.inventory.inconclusive, inconclusive(inventory, policy));
  if (scan !== undefined) {
    judgeScanState(scan, policy, act);
    const { failing, tolerated } = judgeVulnerabilities(scan.vulnerabilities, policy, now);
    reasons.push(...failing);
    warnings.push(...tolerated);
    for (const reason of judgeSecrets(scan, policy, now)) act(policy.secrets.fail ? 'fail' : 'warn', reason);
  }
  return {
    decision: reasons.length === 0 ? 'pass' : 'fail',
    policy: { name: policy.name, digest: digestOf(formatPolicy(policy)) },
    reasons,
    warnings,
  };
}

/** What the policy holds against a Dockerfile, before anything of it is built. Empty: go on. */
export function evaluateAudit(
  audit: Pick<AuditResult, 'findings'>,
  policy: Policy,
  now: Date,
): readonly Reason[] {
  const { failOn, ignore } = policy.audit;
  const ignored = new Set(ignore.filter((it) => isInForce(it, now)).map(({ rule }) => rule));
  return audit.findings
    .filter(({ rule, severity }) => reaches(severity, failOn) && !ignored.has(rule))
    .map(({ rule, message, span }) => ({
      code: 'audit-refused',
      stage: 'audit',
      message: `${rule}: ${message}`,
      clause: `audit.failOn=${failOn}`,
      line: span.start.line,
    }));
}

function reaches(severity: FindingSeverity, threshold: FindingSeverity | 'never'): boolean {
  return threshold !== 'never' && isAtLeast(severity, threshold);
}

function judgeImage(findings: readonly Finding[], { imageChecks: { failOn } }: Policy): readonly Reason[] {
  return findings
    .filter(({ severity }) => reaches(severity, failOn))
    .map(({ rule, message }) => ({
      code: 'image-refused',
      stage: 'gate',
      message: `${rule}: ${message}`,
      clause: `imageChecks.failOn=${failOn}`,
    }));
}

function inconclusive({ notes }: Pick<Inventory, 'notes'>, policy: Policy): Reason {
  return {
    code: 'inventory-inconclusive',
    stage: 'gate',
    message: `What is inside the image can’t be told for sure: ${notes[0] ?? 'its package database is not readable.'}`,
    clause: `inventory.inconclusive=${policy.inventory.inconclusive}`,
  };
}

function judgeScanState(
  scan: ScanResult,
  policy: Policy,
  act: (action: Action, reason: Reason) => void,
): void {
  if (scan.status === 'not-scanned')
    act(policy.notScanned, {
      code: 'not-scanned',
      stage: 'gate',
      message: `The image was not scanned for vulnerabilities: ${scan.notes[0] ?? 'there was no advisory data.'}`,
      clause: `notScanned=${policy.notScanned}`,
    });
  for (const { name, dataDate, isStale } of scan.sources)
    if (isStale)
      act(policy.staleAdvisories, {
        code: 'not-scanned',
        stage: 'gate',
        message: `The advisory data of ${name} is old: it bears the date ${dataDate}.`,
        clause: `staleAdvisories=${policy.staleAdvisories}`,
      });
}

function judgeSecrets({ secrets }: ScanResult, policy: Policy, now: Date): readonly Reason[] {
  const exceptions = policy.secrets.ignore.filter((it) => isInForce(it, now));
  return secrets
    .filter(({ rule, location }) => !exceptions.some((it) => it.rule === rule && it.location === location))
    .map(({ title, location, line, masked }) => ({
      code: 'secret-found',
      stage: 'gate',
      message: `${title} in ${location}${line === undefined ? '' : `:${line}`} (${masked})`,
      clause: `secrets.fail=${policy.secrets.fail}`,
    }));
}

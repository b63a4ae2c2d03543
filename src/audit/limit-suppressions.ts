import type { AuditResult } from '../core/report.ts';
import { createScopes } from '../dockerfile/scopes.ts';
import type { DockerfileAudit } from './auditor.ts';
import { hardeningOf } from './hardening.ts';

/**
 * An audit in which only the rules of `allowed` could be silenced by comments in the file (`*`: all of them); what
 * other comments silenced counts again, in the findings and in the score.
 */
export function limitSuppressions(audit: DockerfileAudit, allowed: readonly string[]): AuditResult {
  const { dockerfile, unchecked } = audit;
  const put = allowed.includes('*') ? [] : audit.suppressed.filter(({ rule }) => !allowed.includes(rule));
  if (put.length === 0) return { findings: audit.findings, hardening: audit.hardening, unchecked };
  const findings = [...audit.findings, ...put].sort(
    (a, b) => a.span.start.line - b.span.start.line || a.span.start.column - b.span.start.column,
  );
  return {
    findings,
    hardening: hardeningOf({ dockerfile, scopes: createScopes(dockerfile) }, findings),
    unchecked,
  };
}

import { DrydockError } from '../core/errors.ts';
import type { Finding, FindingSeverity } from '../core/finding.ts';
import type { AuditResult } from '../core/report.ts';
import type { Dockerfile } from '../dockerfile/model.ts';
import { parseDockerfile } from '../dockerfile/parse.ts';
import { createDockerfileSubject } from './dockerfile-subject.ts';
import { hardeningOf } from './hardening.ts';
import { judgeSuppressions } from './judge-suppressions.ts';
import type { Problem, RuleMeta } from './rule.ts';
import { DOCKERFILE_RULES } from './rules/dockerfile/index.ts';
import { SUPPRESSION_RULES } from './rules/suppression/index.ts';
import { RULES } from './rules.ts';

export interface AuditorOptions {
  /** `default`: the rules that are on by default; a list: these alone. */
  readonly enable?: 'default' | 'all' | readonly string[];
  /** Off, whatever `enable` says. */
  readonly disable?: readonly string[];
  readonly severities?: Readonly<Record<string, FindingSeverity>>;
  /** `ignore`: comments in the file silence nothing (the service's way with what strangers send). */
  readonly suppressions?: 'honor' | 'ignore';
  /** For suppressions that end on a date. */
  readonly now?: () => Date;
}

export interface DockerfileAudit extends AuditResult {
  readonly dockerfile: Dockerfile;
  /** What comments in the file silenced. */
  readonly suppressed: readonly Finding[];
}

export interface Auditor {
  /** Never throws on any text. Findings come sorted by place, then rule. */
  auditDockerfile(text: string): DockerfileAudit;
}

/** More findings of one rule in one file are counted, not listed. */
const MAX_FINDINGS_PER_RULE = 200;
const ORDER = new Intl.Collator('en');

/** Throws `usage-invalid` for a rule that does not exist. */
export function createAuditor(options: AuditorOptions = {}): Auditor {
  const isOn = createSwitch(options);
  return { auditDockerfile: (text) => auditDockerfile(text, { options, isOn }) };
}

interface Setup {
  readonly options: AuditorOptions;
  readonly isOn: (rule: RuleMeta) => boolean;
}

function auditDockerfile(text: string, { options, isOn }: Setup): DockerfileAudit {
  const dockerfile = parseDockerfile(text);
  const subject = createDockerfileSubject(dockerfile);
  const uncounted: string[] = [];
  const run = <Subject>(
    rules: readonly (RuleMeta & { check(subject: Subject): Iterable<Problem> })[],
    over: Subject,
  ) =>
    rules
      .filter(isOn)
      .flatMap((rule) => findingsOf(rule, { problems: rule.check(over), options, uncounted }));

  const found = run(DOCKERFILE_RULES, subject);
  const judged =
    options.suppressions === 'ignore'
      ? { findings: found, suppressed: [], uses: [] }
      : judgeSuppressions(dockerfile, found, { now: options.now?.() ?? new Date(), isOn });
  const findings = [...judged.findings, ...run(SUPPRESSION_RULES, { suppressions: judged.uses })].sort(
    compare,
  );
  return {
    dockerfile,
    findings,
    suppressed: judged.suppressed,
    hardening: hardeningOf(subject, findings),
    unchecked: [...subject.unchecked, ...uncounted],
  };
}

function findingsOf(
  rule: RuleMeta,
  {
    problems,
    options,
    uncounted,
  }: { readonly problems: Iterable<Problem>; readonly options: AuditorOptions; readonly uncounted: string[] },
): readonly Finding[] {
  const { id, name, sources, what } = rule;
  const severity = options.severities?.[id] ?? rule.severity;
  const findings: Finding[] = [];
  let more = 0;
  for (const { span, message = what, fix } of problems) {
    if (findings.length === MAX_FINDINGS_PER_RULE) more += 1;
    else
      findings.push({
        rule: id,
        name,
        severity,
        message,
        span,
        sources,
        ...(fix === undefined ? {} : { fix }),
      });
  }
  if (more > 0) uncounted.push(`${more} more findings of ${id} are not listed`);
  return findings;
}

function compare(a: Finding, b: Finding): number {
  return (
    a.span.start.line - b.span.start.line ||
    a.span.start.column - b.span.start.column ||
    ORDER.compare(a.rule, b.rule)
  );
}

function createSwitch({
  enable = 'default',
  disable = [],
  severities = {},
}: AuditorOptions): (rule: RuleMeta) => boolean {
  const known = new Set<string>(RULES.map(({ id }) => id));
  const named = [...(typeof enable === 'string' ? [] : enable), ...disable, ...Object.keys(severities)];
  for (const id of named)
    if (!known.has(id))
      throw new DrydockError(
        'usage-invalid',
        `A rule like DL3007 was expected, got ${JSON.stringify(id.slice(0, 40))}. docs/rules.md lists them all.`,
      );
  const off = new Set(disable);
  const only = typeof enable === 'string' ? null : new Set(enable);
  return ({ id, isEnabledByDefault = true }) => {
    if (off.has(id)) return false;
    if (only !== null) return only.has(id);
    return enable === 'all' || isEnabledByDefault;
  };
}

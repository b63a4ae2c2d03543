import type { Finding } from '../core/finding.ts';
import type { Dockerfile } from '../dockerfile/model.ts';
import type { RuleMeta, SuppressionUse } from './rule.ts';
import { RULES } from './rules.ts';
import { covers, findSuppressions, isExpired, type Suppression } from './suppressions.ts';

/** What can't be silenced: that the file could not be read, and the findings about silencing itself. */
const ALWAYS_SHOWN = new Set(['DL1000', 'DL1001', 'DD1901', 'DD1902']);

export interface Judged {
  readonly findings: readonly Finding[];
  readonly suppressed: readonly Finding[];
  /** What became of each rule that a comment names. Rules that were not run are left out. */
  readonly uses: readonly SuppressionUse[];
}

/** Parts the findings into those that stay and those that comments in the file silence. */
export function judgeSuppressions(
  dockerfile: Dockerfile,
  findings: readonly Finding[],
  { now, isOn }: { readonly now: Date; readonly isOn: (rule: RuleMeta) => boolean },
): Judged {
  const suppressions = findSuppressions(dockerfile);
  if (suppressions.length === 0) return { findings, suppressed: [], uses: [] };
  const byRule = new Map<string, Suppression[]>();
  for (const suppression of suppressions)
    if (suppression.malformed === null && !isExpired(suppression, now))
      for (const rule of suppression.rules) {
        const same = byRule.get(rule);
        if (same === undefined) byRule.set(rule, [suppression]);
        else same.push(suppression);
      }
  const used = new Map<Suppression, Set<string>>();
  const suppressed = findings.filter((finding) => {
    if (ALWAYS_SHOWN.has(finding.rule)) return false;
    const binding = (byRule.get(finding.rule) ?? []).filter((suppression) => covers(suppression, finding));
    for (const suppression of binding)
      used.set(suppression, (used.get(suppression) ?? new Set()).add(finding.rule));
    return binding.length > 0;
  });
  const gone = new Set(suppressed);
  const wasRun = new Set<string>(RULES.filter(isOn).map(({ id }) => id));
  const uses = suppressions.flatMap((suppression) =>
    [...new Set(suppression.rules)]
      .filter((rule) => wasRun.has(rule))
      .map((rule) => toUse(suppression, rule, { isUsed: used.get(suppression)?.has(rule) ?? false, now })),
  );
  return { findings: findings.filter((finding) => !gone.has(finding)), suppressed, uses };
}

function toUse(
  suppression: Suppression,
  rule: string,
  { isUsed, now }: { readonly isUsed: boolean; readonly now: Date },
): SuppressionUse {
  const { span, malformed, until } = suppression;
  if (malformed !== null) return { rule, span, state: 'malformed', detail: malformed };
  if (isExpired(suppression, now)) return { rule, span, state: 'expired', detail: until ?? '' };
  return { rule, span, state: isUsed ? 'used' : 'unused', detail: '' };
}

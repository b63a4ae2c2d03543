import type { Reason } from '../core/outcome.ts';
import {
  isVulnerabilityAtLeast,
  VULNERABILITY_SEVERITIES,
  type Vulnerability,
} from '../core/vulnerability.ts';
import { isInForce } from './exceptions.ts';
import type { Policy } from './policy.ts';

/** So many are named one by one; the rest is counted. */
const MAX_NAMED = 25;
/** So many packages are named for one vulnerability. */
const MAX_PACKAGES = 5;

/** What the policy holds against the vulnerabilities, worst first, and in one line what it lets pass. */
export function judgeVulnerabilities(
  vulnerabilities: readonly Vulnerability[],
  policy: Policy,
  now: Date,
): { readonly failing: readonly Reason[]; readonly tolerated: readonly Reason[] } {
  const { failOn, onlyFixable, ignore } = policy.vulnerabilities;
  const exceptions = ignore.filter((it) => isInForce(it, now));
  const isIgnored = ({ id, aliases, packageName }: Vulnerability): boolean =>
    exceptions.some(
      (it) =>
        (it.id === id || aliases.includes(it.id)) && (it.package === null || it.package === packageName),
    );
  const counts = ({ severity, fixedVersion }: Vulnerability): boolean =>
    failOn !== 'never' &&
    isVulnerabilityAtLeast(severity, failOn) &&
    (!onlyFixable || fixedVersion !== undefined);
  const judged = vulnerabilities.filter((it) => !isIgnored(it));
  const clause = `vulnerabilities.failOn=${failOn}`;
  const failing = groupById(judged.filter(counts));
  const tolerated = groupById(judged.filter((it) => !counts(it)));
  return {
    failing: nameReasons(failing, clause),
    tolerated:
      tolerated.length === 0
        ? []
        : [reason(`${vulnerabilityCount(tolerated.length)} that the policy lets pass.`, clause)],
  };
}

function nameReasons(groups: readonly (readonly Vulnerability[])[], clause: string): readonly Reason[] {
  const named = groups.slice(0, MAX_NAMED).map((group) => reason(describe(group), clause));
  const more = groups.length - named.length;
  return more === 0 ? named : [...named, reason(`${vulnerabilityCount(more)} more.`, clause)];
}

function reason(message: string, clause: string): Reason {
  return { code: 'vulnerable', stage: 'gate', message, clause };
}

function vulnerabilityCount(count: number): string {
  return count === 1 ? '1 known vulnerability' : `${count} known vulnerabilities`;
}

/** One group for each id, worst first, then by id. */
function groupById(vulnerabilities: readonly Vulnerability[]): readonly (readonly Vulnerability[])[] {
  const groups = Map.groupBy(vulnerabilities, ({ id }) => id);
  return [...groups.values()].sort(
    ([a], [b]) => badness(b) - badness(a) || (a?.id ?? '').localeCompare(b?.id ?? '', 'en'),
  );
}

function badness(vulnerability: Vulnerability | undefined): number {
  return vulnerability === undefined ? -1 : VULNERABILITY_SEVERITIES.indexOf(vulnerability.severity);
}

function describe(group: readonly Vulnerability[]): string {
  const [first] = group;
  if (first === undefined) return '';
  const names = [...new Set(group.map(({ packageName }) => packageName))];
  const packages = `${names.slice(0, MAX_PACKAGES).join(', ')}${names.length > MAX_PACKAGES ? ' …' : ''}`;
  const fix = first.fixedVersion === undefined ? 'no fix is known' : `fixed in ${first.fixedVersion}`;
  return `${first.id} (${first.severity}) in ${packages} ${first.packageVersion}: ${fix}.`;
}

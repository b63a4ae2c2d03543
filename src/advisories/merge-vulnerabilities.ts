import { VULNERABILITY_SEVERITIES, type Vulnerability } from '../core/vulnerability.ts';

/**
 * One vulnerability for each fault of each package: records that share an id or an alias are one, under the CVE when
 * one has it. The worst known severity wins; the first record that names a fix gives it. Sorted.
 */
export function mergeVulnerabilities(vulnerabilities: readonly Vulnerability[]): readonly Vulnerability[] {
  const byPackage = Map.groupBy(vulnerabilities, ({ purl, packageName }) => `${packageName}\0${purl}`);
  return [...byPackage.values()]
    .flatMap(mergeOfPackage)
    .sort((a, b) => compare(a.packageName, b.packageName) || compare(a.purl, b.purl) || compare(a.id, b.id));
}

function mergeOfPackage(vulnerabilities: readonly Vulnerability[]): readonly Vulnerability[] {
  const groups: { readonly names: Set<string>; readonly members: Vulnerability[] }[] = [];
  for (const it of vulnerabilities) {
    const names = new Set([it.id, ...it.aliases]);
    const members = [it];
    for (const group of groups.filter((other) => !other.names.isDisjointFrom(names))) {
      for (const name of group.names) names.add(name);
      members.unshift(...group.members);
      groups.splice(groups.indexOf(group), 1);
    }
    groups.push({ names, members });
  }
  return groups.map(({ names, members }) => mergeGroup(names, members));
}

function mergeGroup(names: ReadonlySet<string>, members: readonly Vulnerability[]): Vulnerability {
  const [first, ...others] = members;
  if (first === undefined) throw new TypeError('a group has a member');
  const [id = first.id, ...aliases] = [...names].sort((a, b) => rank(a) - rank(b) || compare(a, b));
  const worst = Math.max(...members.map(({ severity }) => VULNERABILITY_SEVERITIES.indexOf(severity)));
  const fixed = members.find(({ fixedVersion }) => fixedVersion !== undefined);
  return {
    ...first,
    ...(fixed?.fixedVersion === undefined ? {} : { fixedVersion: fixed.fixedVersion }),
    ...(fixed?.remedy === undefined ? {} : { remedy: fixed.remedy }),
    id,
    aliases,
    severity: VULNERABILITY_SEVERITIES[worst] ?? 'unknown',
    source: [...new Set([first, ...others].map(({ source }) => source))].join(', '),
  };
}

/** CVE first, then GitHub's, then what is left. */
function rank(id: string): number {
  if (id.startsWith('CVE-')) return 0;
  return id.startsWith('GHSA-') ? 1 : 2;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

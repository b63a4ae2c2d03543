import { compareDpkgVersions } from '../versions/dpkg.ts';

/** One release of a package as its changelog tells it; only what is needed of it. */
export interface ChangelogEntry {
  readonly version: string;
  /** CVE ids that it names, each once. */
  readonly cves: readonly string[];
}

const HEADING = /^[a-z0-9][a-z0-9+.-]* \(([0-9A-Za-z.+:~-]{1,200})\) [^;]*;/;
const CVE = /\bCVE-(?:19|20)[0-9]{2}-[0-9]{4,7}\b/g;
const MAX_ENTRIES = 20_000;
const MAX_CVES_IN_ENTRY = 5000;

/**
 * The entries of a Debian changelog, newest first as they stand. Untrusted: what is no entry is skipped, counts are
 * bounded. Source: https://www.debian.org/doc/debian-policy/ch-source.html#debian-changelog-debian-changelog.
 */
export function parseChangelog(text: string): readonly ChangelogEntry[] {
  const entries: { version: string; cves: Set<string> }[] = [];
  for (const line of text.split('\n')) {
    const version = HEADING.exec(line.slice(0, 500))?.[1];
    if (version !== undefined) {
      if (entries.length === MAX_ENTRIES) break;
      entries.push({ version, cves: new Set() });
    }
    const entry = entries.at(-1);
    if (entry !== undefined && line.includes('CVE-') && entry.cves.size < MAX_CVES_IN_ENTRY)
      for (const [cve] of line.slice(0, 10_000).matchAll(CVE)) entry.cves.add(cve);
  }
  return entries.map(({ version, cves }) => ({ version, cves: [...cves] }));
}

/** The CVE ids of the releases after `installed`, up to and with `fixed`; sorted. */
export function cvesBetween(
  entries: readonly ChangelogEntry[],
  { installed, fixed }: { readonly installed: string; readonly fixed: string },
): readonly string[] {
  const newer = entries.filter(
    ({ version }) => compareDpkgVersions(version, installed) > 0 && compareDpkgVersions(version, fixed) <= 0,
  );
  return [...new Set(newer.flatMap(({ cves }) => cves))].sort(compareCves);
}

/** By year, then by number. */
function compareCves(a: string, b: string): number {
  const [, yearA = '', numberA = ''] = a.split('-');
  const [, yearB = '', numberB = ''] = b.split('-');
  return Number(yearA) - Number(yearB) || Number(numberA) - Number(numberB);
}

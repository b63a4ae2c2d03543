import type { Inventory, OperatingSystem, Package } from '../core/package.ts';
import type { AdvisorySource, Clock } from '../core/ports.ts';
import type { Vulnerability } from '../core/vulnerability.ts';
import { mergeVulnerabilities } from './merge-vulnerabilities.ts';
import type { OsvEntry } from './osv/index-file.ts';
import { type OsvIndex, openOsvIndex } from './osv/open-index.ts';
import { matchAffected } from './osv/ranges.ts';
import { normalizePackageName, versionOrderOf } from './versions/ecosystems.ts';

export interface OsvSourceOptions {
  /** Of the index that `buildOsvIndex` makes. Opened anew for each match, so a new index counts at once. */
  readonly indexPath: string;
  readonly clock: Clock;
  /** After how many days an index is called stale. Default: 7. */
  readonly staleAfterDays?: number;
}

/** OSV's names of ecosystems, by purl type. */
const ECOSYSTEMS: Readonly<Record<string, string>> = {
  npm: 'npm',
  pypi: 'PyPI',
  golang: 'Go',
  cargo: 'crates.io',
  gem: 'RubyGems',
  composer: 'Packagist',
  maven: 'Maven',
  nuget: 'NuGet',
  hex: 'Hex',
  pub: 'Pub',
};

const DAY_MS = 86_400_000;

/**
 * Compares packages of all kinds with OSV's records in an index on disk. In ecosystems whose order of versions is not
 * known to us only versions that a record lists one by one are found, and the report says so.
 */
export function createOsvSource(options: OsvSourceOptions): AdvisorySource {
  return {
    name: 'osv',
    covers: (inventory) => {
      if (!inventory.packages.some((it) => ecosystemsOf(it, inventory.os).length > 0)) return false;
      try {
        using index = openOsvIndex(options.indexPath);
        return index.info.sources.length > 0;
      } catch {
        return false;
      }
    },
    match: async (inventory, signal) => {
      signal.throwIfAborted();
      using index = openOsvIndex(options.indexPath);
      const held = new Set(index.info.sources.map(({ ecosystem }) => ecosystem));
      const found = inventory.packages.flatMap((it) => matchPackage(it, inventory.os, index));
      const { builtAt, sources } = index.info;
      const newest =
        sources
          .map((it) => it.newest)
          .sort()
          .at(-1) ?? '';
      const ageMs = options.clock.now().getTime() - new Date(builtAt).getTime();
      return {
        vulnerabilities: mergeVulnerabilities(found),
        state: {
          name: 'osv',
          dataDate: newest === '' ? builtAt : newest,
          fetchedAt: builtAt,
          isStale: ageMs > (options.staleAfterDays ?? 7) * DAY_MS,
        },
        notes: describeGaps(inventory, held),
      };
    },
  };
}

interface Candidate {
  readonly ecosystem: string;
  readonly name: string;
  readonly version: string;
}

/** Under which names OSV may speak of a package. Advisories on Debian's packages are about the source package. */
function ecosystemsOf(
  { type, name, version, source }: Package,
  os: OperatingSystem | null,
): readonly Candidate[] {
  if (type === 'deb') {
    if (os?.id !== 'debian' || os.versionId === undefined) return [];
    const it = source ?? { name, version };
    return [
      { ecosystem: `Debian:${os.versionId}`, ...it },
      { ecosystem: 'Debian', ...it },
    ];
  }
  const ecosystem = Object.hasOwn(ECOSYSTEMS, type) ? ECOSYSTEMS[type] : undefined;
  return ecosystem === undefined ? [] : [{ ecosystem, name: normalizePackageName(ecosystem, name), version }];
}

function matchPackage(it: Package, os: OperatingSystem | null, index: OsvIndex): readonly Vulnerability[] {
  return ecosystemsOf(it, os).flatMap(({ ecosystem, name, version }) => {
    const order = versionOrderOf(ecosystem);
    return index.find(ecosystem, name).flatMap((entry) => {
      const match = matchAffected(entry.affected, version, order);
      return match.isAffected ? describe(it, entry, { ecosystem, fixed: match.fixed }) : [];
    });
  });
}

/** A record that collects several faults (a DSA) is one vulnerability for each. */
function describe(
  { name, version, purl }: Package,
  { id, aliases, upstream, severity, summary }: OsvEntry,
  { ecosystem, fixed }: { readonly ecosystem: string; readonly fixed: string | null },
): readonly Vulnerability[] {
  const common = {
    severity,
    packageName: name,
    packageVersion: version,
    purl,
    source: `osv ${ecosystem}`,
    ...(summary === '' ? {} : { summary }),
    ...(fixed === null ? {} : { fixedVersion: fixed, remedy: `Use ${name} ${fixed} or later.` }),
  };
  if (upstream.length === 0) return [{ id, aliases, ...common }];
  return upstream.map((cve) => ({
    id: cve,
    aliases: upstream.length === 1 ? [id, ...aliases] : [],
    ...common,
  }));
}

function describeGaps({ packages, os }: Inventory, held: ReadonlySet<string>): readonly string[] {
  const kinds = Map.groupBy(packages, ({ type }) => type);
  return [...kinds].sort().flatMap(([type, all]) => {
    const [first] = all;
    const known = first === undefined ? [] : ecosystemsOf(first, os).map(({ ecosystem }) => ecosystem);
    const [ecosystem] = known.filter((it) => held.has(it));
    const packagesOfType = `${all.length} ${all.length === 1 ? 'package' : 'packages'} of the kind ${type}`;
    if (ecosystem === undefined)
      return [`${packagesOfType} were not compared: the index of OSV has nothing on them.`];
    if (versionOrderOf(ecosystem) !== undefined) return [];
    return [`${packagesOfType} were compared only with versions that records list one by one.`];
  });
}

import { DrydockError } from '../core/errors.ts';
import type { Inventory, OperatingSystem } from '../core/package.ts';
import type { AdvisorySource, Clock, SignatureVerifier, XzDecoder } from '../core/ports.ts';
import { createChangelogs } from './debian/changelogs.ts';
import type { Suite } from './debian/fetch-suite.ts';
import { findPendingUpdates } from './debian/pending-updates.ts';
import { createSuiteCache } from './debian/suite-cache.ts';
import { createSuites } from './debian/suites.ts';
import { describeUpdates } from './debian/update-vulnerabilities.ts';
import type { Fetch } from './download.ts';

const HOUR_MS = 3_600_000;

export interface DebianSecurityOptions {
  /** A folder of ours; `debian-security` is made in it. */
  readonly cacheDir: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  /** Trusts the Debian archive's keys and no others. */
  readonly verifier: SignatureVerifier;
  readonly xz: XzDecoder;
  /** Roots of Debian's security archive, the best first: from the configuration, else from `readAptSources`. */
  readonly archives: readonly string[];
  /** Use what the cache has and fetch nothing. Default: false. */
  readonly isOffline?: boolean;
  /** Default: 6 hours. */
  readonly refreshAfterMs?: number;
  /** After how many days without a look at the archive the data is called stale. Default: 7. */
  readonly staleAfterDays?: number;
}

/** Debian's releases by number, for images that give no codename. */
const CODENAMES: Readonly<Record<string, string>> = {
  '11': 'bullseye',
  '12': 'bookworm',
  '13': 'trixie',
  '14': 'forky',
};

/**
 * Compares a Debian image with Debian's own security suite for its release: a source package older than the suite's is
 * a pending security update, which is one vulnerability with a fix for each CVE that the changelog names since.
 * It knows nothing of vulnerabilities that Debian has not published a fix for, and says so. Testing, unstable,
 * releases before 11 and derivatives are not covered.
 * Severity is `high`: the suite carries no better word, and a changelog's urgency is not one. Two are milder: `medium`
 * when the changelog names no CVE (time zones, certificates), `low` for the kernel's headers, which no container runs.
 */
export function createDebianSecuritySource(options: DebianSecurityOptions): AdvisorySource {
  const { cacheDir, clock, fetch, xz, isOffline = false } = options;
  const folder = `${cacheDir}/debian-security`;
  const suites = createSuites({
    ...options,
    isOffline,
    refreshAfterMs: options.refreshAfterMs ?? 6 * HOUR_MS,
    cache: createSuiteCache(folder),
  });
  const changelogs = createChangelogs({ folder: `${folder}/changelogs`, fetch, xz, isOffline });
  return {
    name: 'debian-security',
    covers: ({ os }) => os !== null && suiteNameOf(os) !== undefined,
    match: async (inventory, signal) => {
      const name = inventory.os === null ? undefined : suiteNameOf(inventory.os);
      if (name === undefined)
        throw new DrydockError(
          'advisories-unavailable',
          'An image of a Debian release was expected, this is none.',
        );
      const { suite, notes } = await suites.load(name, signal);
      assertSameRelease(inventory, suite);
      const updates = findPendingUpdates(inventory, suite);
      const described = await describeUpdates(updates, { changelogs, suite, clock, signal });
      return {
        vulnerabilities: described.vulnerabilities,
        state: {
          name: `debian-security ${name}`,
          dataDate: suite.date,
          fetchedAt: suite.fetchedAt,
          isStale: isStale(suite, clock.now(), options.staleAfterDays ?? 7),
        },
        notes: [...notes, ...described.notes, ...whatIsNotKnown(inventory)],
      };
    },
  };
}

/** `bookworm-security` for Debian 12. Testing and unstable have no VERSION_ID, nor a suite that is kept up. */
function suiteNameOf({ id, versionId, codename }: OperatingSystem): string | undefined {
  if (id !== 'debian' || versionId === undefined || CODENAMES[versionId] === undefined) return undefined;
  const name = codename ?? CODENAMES[versionId];
  return /^[a-z]{2,30}$/.test(name) ? `${name}-security` : undefined;
}

/**
 * os-release is the image's own word: with another release's name in it, everything would seem up to date.
 * Throws `advisories-unavailable` when it contradicts the archive or the image's own base-files.
 */
function assertSameRelease({ os, packages }: Inventory, suite: Suite): void {
  const said = os?.versionId;
  const baseFiles = packages.find(({ type, name }) => type === 'deb' && name === 'base-files')?.version;
  const installed = baseFiles === undefined ? undefined : /^([0-9]+)/.exec(baseFiles)?.[1];
  if (said === suite.version && (installed === undefined || installed === said)) return;
  throw new DrydockError(
    'advisories-unavailable',
    said === suite.version
      ? `The image says that it is Debian ${said}, but its base-files is ${baseFiles}: it was not compared.`
      : `The image says that it is Debian ${said}, but ${suite.name} is of Debian ${suite.version}: it was not compared.`,
  );
}

function isStale({ fetchedAt, validUntil }: Suite, now: Date, staleAfterDays: number): boolean {
  const isExpired = validUntil !== null && new Date(validUntil) < now;
  return isExpired || now.getTime() - new Date(fetchedAt).getTime() > staleAfterDays * 24 * HOUR_MS;
}

function whatIsNotKnown({ packages }: Inventory): readonly string[] {
  const others = packages.filter(({ type }) => type !== 'deb');
  const types = [...new Set(others.map(({ type }) => type))].sort();
  return [
    'Of Debian’s packages only those vulnerabilities are known that Debian has published a fix for.',
    ...(packages.some(({ type, name }) => type === 'deb' && name === 'base-files')
      ? []
      : ['The image has no base-files: which release of Debian it is was taken from os-release alone.']),
    ...(others.length === 0
      ? []
      : [
          `${others.length} packages of other kinds (${types.join(', ')}) were not compared with Debian’s data.`,
        ]),
  ];
}

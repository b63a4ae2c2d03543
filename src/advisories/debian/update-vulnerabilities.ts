import { isDrydockError } from '../../core/errors.ts';
import type { Package } from '../../core/package.ts';
import type { Clock } from '../../core/ports.ts';
import type { Vulnerability } from '../../core/vulnerability.ts';
import { cvesBetween } from './changelog.ts';
import type { Changelogs } from './changelogs.ts';
import type { Suite } from './fetch-suite.ts';
import type { PendingUpdate } from './pending-updates.ts';

/** So many changelogs are fetched at once. */
const CONCURRENCY = 4;
/** After so long the rest is named without CVE ids: the ids are worth a wait, not a job's time. */
const TIME_MS = 60_000;
/** Above so many pairs of package and CVE an update is named once for each package. The kernel's headers have thousands. */
const MAX_PAIRS = 1000;

/** The kernel's source packages, whose headers come into images by the compiler. */
const KERNEL = /^linux(?:-signed.*|-[0-9.]+)?$/;

interface Deps {
  readonly changelogs: Changelogs;
  readonly suite: Suite;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

/**
 * Each pending update as vulnerabilities: one for each installed package and CVE that its changelog names. Where no
 * CVE can be told, one for each package, `security-update:<source>`; an update is never left out. Sorted.
 */
export async function describeUpdates(
  updates: readonly PendingUpdate[],
  deps: Deps,
): Promise<{ readonly vulnerabilities: readonly Vulnerability[]; readonly notes: readonly string[] }> {
  const endsAtMs = deps.clock.now().getTime() + TIME_MS;
  const vulnerabilities: Vulnerability[] = [];
  const notes: string[] = [];
  const waiting = [...updates];
  const work = async (): Promise<void> => {
    for (let update = waiting.shift(); update !== undefined; update = waiting.shift()) {
      const isLate = deps.clock.now().getTime() > endsAtMs;
      const told = isLate ? { why: 'there was no time left to read it' } : await readCves(update, deps);
      if ('why' in told)
        notes.push(`The CVE ids of the update of ${update.source} are not known: ${told.why}`);
      vulnerabilities.push(...describe(update, 'why' in told ? null : told.cves, deps.suite.name));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  const keyOf = ({ id, packageName, purl }: Vulnerability): string => `${packageName}\0${id}\0${purl}`;
  return {
    vulnerabilities: vulnerabilities.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    notes: notes.sort(),
  };
}

async function readCves(
  { installed, fixed }: PendingUpdate,
  { changelogs, suite, signal }: Deps,
): Promise<{ readonly cves: readonly string[] } | { readonly why: string }> {
  if (fixed.changelogs.length === 0)
    return { why: 'the archive has no changelog of it in a form that is read' };
  try {
    const entries = await changelogs.read(suite.archive, fixed.changelogs, signal);
    return { cves: cvesBetween(entries, { installed, fixed: fixed.version }) };
  } catch (error) {
    signal.throwIfAborted();
    if (!isDrydockError(error)) throw error;
    return { why: error.message };
  }
}

/** `cves` null: they can't be told. */
function describe(
  update: PendingUpdate,
  cves: readonly string[] | null,
  suite: string,
): readonly Vulnerability[] {
  const { source, installed, fixed, packages } = update;
  const count = cves?.length ?? 0;
  const isNamedOnce = count === 0 || count * packages.length > MAX_PAIRS;
  const ids = isNamedOnce || cves === null ? [`security-update:${source}`] : cves;
  const what = `Debian’s security update of ${source} from ${installed} to ${fixed.version}`;
  const isKernel = KERNEL.test(source);
  const common = {
    aliases: [],
    severity: isKernel ? 'low' : cves?.length === 0 ? 'medium' : 'high',
    fixedVersion: fixed.version,
    source: `debian-security ${suite}`,
    summary: [
      what,
      ...(isNamedOnce && cves !== null ? [count === 0 ? 'it names no CVE' : `it mends ${count} CVEs`] : []),
      ...(isKernel ? ['a container does not run the kernel of its image'] : []),
    ].join('; '),
  } as const;
  return packages.flatMap((it) =>
    ids.map((id) => ({ ...common, id, ...describePackage(it, fixed.version) })),
  );
}

function describePackage(
  { name, version, purl }: Package,
  fixed: string,
): Pick<Vulnerability, 'packageName' | 'packageVersion' | 'purl' | 'remedy'> {
  // The name is the image's word; whoever copies the line must not run more than apt-get.
  const isPlain = /^[a-z0-9][a-z0-9+.-]*$/.test(name);
  const remedy = `apt-get install --only-upgrade ${isPlain ? name : '<package>'} (fixed in ${fixed})`;
  return { packageName: name, packageVersion: version, purl, remedy };
}

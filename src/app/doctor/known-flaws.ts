import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import semver from 'semver';

/** A published flaw of a program that Drydock uses. */
interface KnownFlaw {
  readonly cve: string;
  /** The versions that mended it, one for each line that is kept up, oldest first. Empty: none has. */
  readonly fixedIn: readonly string[];
  /** What of Drydock keeps it from being used. */
  readonly shield: string;
}

const NO_MOUNTS = 'RUN --mount is refused';
const REAL_FOLDERS = 'an image whose /dev, /proc or /sys is not a folder is not run';

/** Source: the advisories of containers/podman, containers/buildah and opencontainers/runc. */
export const KNOWN_FLAWS: Readonly<Record<'podman' | 'runc', readonly KnownFlaw[]>> = {
  podman: [
    { cve: 'CVE-2023-0778', fixedIn: ['4.4.2'], shield: 'no volume is exported' },
    { cve: 'CVE-2024-1753', fixedIn: ['4.9.4', '5.0.1'], shield: NO_MOUNTS },
    { cve: 'CVE-2024-3056', fixedIn: [], shield: 'each run has an IPC namespace and a cell of its own' },
    { cve: 'CVE-2024-3727', fixedIn: ['4.9.5', '5.0.3'], shield: 'digests are checked before use' },
    { cve: 'CVE-2024-9407', fixedIn: ['5.2.4'], shield: NO_MOUNTS },
    { cve: 'CVE-2024-9675', fixedIn: ['5.2.5'], shield: NO_MOUNTS },
    { cve: 'CVE-2024-9676', fixedIn: ['5.2.5'], shield: '--userns=auto is not used' },
    {
      cve: 'CVE-2024-11218',
      fixedIn: ['5.3.2'],
      shield: 'stages are built one after the other, without mounts',
    },
    { cve: 'CVE-2026-44517', fixedIn: ['5.8.3'], shield: 'remote contexts and ADD of URLs are refused' },
    {
      cve: 'CVE-2026-17106',
      fixedIn: ['6.1.1'],
      shield: 'contexts are checked entry by entry and unpacked in a cell',
    },
  ],
  runc: [
    { cve: 'CVE-2024-21626', fixedIn: ['1.1.12'], shield: 'a WORKDIR below /proc is refused' },
    { cve: 'CVE-2024-45310', fixedIn: ['1.1.14', '1.2.0'], shield: 'no volume is shared by two containers' },
    { cve: 'CVE-2025-31133', fixedIn: ['1.2.8', '1.3.3'], shield: 'runc has no privileges on the host' },
    { cve: 'CVE-2025-52565', fixedIn: ['1.2.8', '1.3.3'], shield: 'no terminal is ever given' },
    { cve: 'CVE-2025-52881', fixedIn: ['1.2.8', '1.3.3'], shield: 'no mount is shared by two containers' },
    { cve: 'CVE-2026-41579', fixedIn: ['1.3.6'], shield: REAL_FOLDERS },
  ],
};

/** The flaws that `version` has, except those that Debian's changelog of the package names as mended. */
export async function openFlaws(
  program: 'podman' | 'runc',
  version: string,
  changelog = `/usr/share/doc/${program}/changelog.Debian.gz`,
): Promise<{ readonly flaws: readonly KnownFlaw[]; readonly basis: string }> {
  const mended = await mendedByDebian(changelog);
  const found = semver.coerce(version);
  const flaws = KNOWN_FLAWS[program].filter(
    ({ cve, fixedIn }) => !mended?.has(cve) && (found === null || !isMended(found, fixedIn)),
  );
  return {
    flaws,
    basis:
      mended === undefined
        ? 'by version alone; a distribution may have mended some'
        : "by version and Debian's changelog",
  };
}

/** Whether `version` is at or above the fix of its own line, or above all lines that had to be mended. */
function isMended(version: semver.SemVer, fixedIn: readonly string[]): boolean {
  const newest = fixedIn.at(-1);
  if (newest === undefined) return false;
  if (semver.gte(version, newest)) return true;
  return fixedIn.some((fix) => semver.satisfies(version, `~${fix}`));
}

/** The CVEs that a gzipped changelog names; undefined when there is none, as on machines without documentation. */
async function mendedByDebian(path: string): Promise<ReadonlySet<string> | undefined> {
  try {
    const text = await promisify(gunzip)(await readFile(path), { maxOutputLength: 16 * 2 ** 20 });
    return new Set(text.toString('utf8').match(/CVE-\d{4}-\d{4,7}/g) ?? []);
  } catch {
    return undefined;
  }
}

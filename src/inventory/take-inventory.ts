import type { Inventory, Package } from '../core/package.ts';
import type { CollectedFile, ImageFiles, Wants } from '../core/ports.ts';
import { printable } from '../core/printable.ts';
import type { FormatFile, FoundPackage, PackageFormat } from './format.ts';
import { FORMATS } from './formats/index.ts';
import { createNotes, type Notes } from './notes.ts';
import { OS_RELEASE_PATHS, type OsRelease, parseOsRelease } from './os-release.ts';
import { packageUrl } from './purl.ts';
import { expectedDatabase, SYSTEM_TRACES } from './system-database.ts';

const MIB = 1024 * 1024;
const MAX_FILE_BYTES = 64 * MIB;
const MAX_TOTAL_BYTES = 512 * MIB;
const MAX_PACKAGES = 200_000;
const MAX_NOTES = 50;

/**
 * Lists the packages in an image's files, which are hostile throughout. `inconclusive` whenever something that an
 * operating system's packages are known by is missing, damaged, too large or not understood; its notes say which.
 * Problems of single language packages are notes only. The same files give the same inventory.
 */
export async function takeInventory(files: ImageFiles): Promise<Inventory> {
  const findings = createFindings();
  for await (const file of files.collect(WANTS)) takeIn(findings, file);
  return conclude(findings);
}

const WANTS: Wants = {
  paths: [...OS_RELEASE_PATHS, ...SYSTEM_TRACES.paths, ...allOf('paths')],
  folders: [...new Set(allOf('folders'))],
  basenames: [...new Set([...SYSTEM_TRACES.basenames, ...allOf('basenames')])],
  suffixes: [...new Set(allOf('suffixes'))],
  maxFileBytes: MAX_FILE_BYTES,
  maxTotalBytes: MAX_TOTAL_BYTES,
};

function allOf(list: keyof PackageFormat['wants']): readonly string[] {
  return FORMATS.flatMap((format) => format.wants[list] ?? []);
}

/** What the files have told so far. */
interface Findings {
  readonly found: { readonly from: PackageFormat; readonly path: string; readonly pack: FoundPackage }[];
  readonly releases: Map<string, OsRelease | null>;
  readonly traces: Set<string>;
  /** What makes it inconclusive. */
  readonly gaps: Notes;
  readonly notes: Notes;
}

function createFindings(): Findings {
  return {
    found: [],
    releases: new Map(),
    traces: new Set(),
    gaps: createNotes(MAX_NOTES),
    notes: createNotes(MAX_NOTES),
  };
}

function takeIn(findings: Findings, file: CollectedFile): void {
  const { path } = file;
  const owners = FORMATS.filter(({ owns }) => owns(path));
  const isRelease = OS_RELEASE_PATHS.includes(path);
  const isTrace =
    SYSTEM_TRACES.paths.includes(path) ||
    SYSTEM_TRACES.basenames.includes(path.slice(path.lastIndexOf('/') + 1));
  if (isTrace) findings.traces.add(path);
  if (file.kind === 'file' && file.content !== null) {
    if (isRelease) findings.releases.set(path, parseOsRelease(file.content));
    for (const owner of owners) readWith(owner, { path, content: file.content }, findings);
    return;
  }
  const why =
    file.kind === 'unreadable'
      ? `could not be read: ${printable(file.why)}`
      : `has ${file.sizeBytes} bytes and was not read, at most ${MAX_FILE_BYTES} are`;
  const isSystem = isRelease || owners.some((owner) => owner.isSystem) || leadsToSystem(path);
  if (isSystem) findings.gaps.add(`${printable(path)} ${why}`);
  else if (file.kind === 'unreadable' || owners.length > 0) findings.notes.add(`${printable(path)} ${why}`);
}

/** Whether a folder that could not be read may hide what tells of the system. */
function leadsToSystem(folder: string): boolean {
  const start = folder === '/' ? '/' : `${folder}/`;
  return [...OS_RELEASE_PATHS, ...FORMATS.filter(({ isSystem }) => isSystem).flatMap(systemPlaces)].some(
    (path) => path === folder || path.startsWith(start),
  );
}

function systemPlaces({ wants }: PackageFormat): readonly string[] {
  return [...(wants.paths ?? []), ...(wants.folders ?? [])];
}

function readWith(format: PackageFormat, file: FormatFile, { found, gaps, notes }: Findings): void {
  const result = format.read(file);
  const problems = format.isSystem ? gaps : notes;
  const path = printable(file.path);
  for (const problem of result.problems) problems.add(`${path}: ${problem}`);
  for (const pack of result.packages) {
    if (found.length >= MAX_PACKAGES) {
      gaps.add(`there are more than ${MAX_PACKAGES} packages; the rest was not read`);
      return;
    }
    found.push({ from: format, path, pack });
  }
}

function conclude(findings: Findings): Inventory {
  const release = releaseOf(findings);
  const databases = new Set(findings.found.filter(({ from }) => from.isSystem).map(({ from }) => from.name));
  judgeSystem(findings, release, databases);
  const packages = listPackages(findings, release);
  const { gaps, notes } = findings;
  return {
    status: gaps.lines.length === 0 ? 'complete' : 'inconclusive',
    notes: [...gaps.lines, ...notes.lines],
    os: release?.os ?? null,
    packages,
  };
}

function releaseOf({ releases, gaps }: Findings): OsRelease | null {
  for (const path of OS_RELEASE_PATHS) {
    const release = releases.get(path);
    if (release === null) gaps.add(`${path} names no operating system that could be read (ID=)`);
    else if (release !== undefined) return release;
  }
  return null;
}

function judgeSystem(
  { gaps, notes, traces }: Findings,
  release: OsRelease | null,
  databases: ReadonlySet<string>,
): void {
  if (release === null) {
    if (databases.size > 0)
      gaps.add(
        `a package database (${[...databases].join(', ')}) is there, but no os-release says of which distribution`,
      );
    else if (traces.size > 0)
      gaps.add(
        `files of a distribution are there (${printable([...traces].sort()[0] ?? '')}), but neither its os-release nor its package database`,
      );
    else
      notes.add(
        'no operating system is inside: programs that came without a package are not known and were not checked',
      );
    return;
  }
  const { os } = release;
  const expected = expectedDatabase(release);
  const isRead = FORMATS.some(({ name }) => name === expected);
  if (expected !== null && !isRead)
    gaps.add(`${os.id} keeps its packages in ${expected}, which is not read yet: its packages are not known`);
  else if (expected !== null && !databases.has(expected))
    gaps.add(
      `${os.id} is inside, but its package database (${expected}) is missing, empty or names no package`,
    );
  else if (expected === null && databases.size === 0)
    gaps.add(`the operating system ${os.id} is inside, but no package database that is read`);
}

function listPackages({ found, gaps, notes }: Findings, release: OsRelease | null): readonly Package[] {
  const packages = new Map<string, Package>();
  for (const { from, path, pack } of found.toSorted((a, b) => (a.path < b.path ? -1 : 1))) {
    const { namespace: _, inside = '', ...rest } = pack;
    const foundIn = path + printable(inside);
    try {
      const purl = packageUrl(pack, release?.os ?? null);
      // A system's database may be reached under two names; it still lists a package once.
      const key = from.isSystem ? purl : `${purl}\0${foundIn}`;
      if (!packages.has(key)) packages.set(key, { ...rest, purl, foundIn });
    } catch {
      (from.isSystem ? gaps : notes).add(
        `${path}: ${pack.name} ${pack.version} can't be written as a package URL`,
      );
    }
  }
  return [...packages.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, each]) => each);
}

import { openRpmHeader, type RpmHeader } from '../binary/rpm-header.ts';
import { readTable } from '../binary/sqlite.ts';
import { type FormatResult, type FoundPackage, NOTHING_FOUND, type PackageFormat } from '../format.ts';
import { cleanLicenses, quote } from '../text.ts';

/** The second since Fedora 36 and SUSE's move. */
const FOLDERS = ['/var/lib/rpm', '/usr/lib/sysimage/rpm'];
const SQLITE = FOLDERS.map((folder) => `${folder}/rpmdb.sqlite`);
const LOGS = SQLITE.map((path) => `${path}-wal`);
/** Berkeley DB (before RHEL 9) and ndb (SUSE). */
const NOT_READ = FOLDERS.flatMap((folder) => [`${folder}/Packages`, `${folder}/Packages.db`]);
const ALL = [...SQLITE, ...LOGS, ...NOT_READ];

const TAGS = {
  name: 1000,
  version: 1001,
  release: 1002,
  epoch: 1003,
  license: 1014,
  arch: 1022,
  source: 1044,
};
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._+-]{0,254}$/;
/** Source: rpm's build/parsePreamble.c, the characters of versions and releases. */
const VERSION = /^[A-Za-z0-9._+~^]{1,128}$/;
const ARCHITECTURE = /^[a-z0-9_]{1,32}$/;
const SOURCE = /^(.+)-([^-]+)-([^-]+)\.(?:no)?src\.rpm$/;

/**
 * Red Hat's, Fedora's, Amazon's and others' package database, as SQLite. Versions are `[epoch:]version-release`. The
 * older forms are told as what is not read. Source: rpm's lib/backend/sqlite.c.
 */
export const rpm: PackageFormat = {
  name: 'rpm',
  wants: { paths: ALL },
  owns: (path) => ALL.includes(path),
  isSystem: true,
  read: ({ path, content }) => {
    if (content.length === 0) return NOTHING_FOUND;
    if (LOGS.includes(path))
      return {
        packages: [],
        problems: ['its last changes are in a log that is not read: the list may be old'],
      };
    if (NOT_READ.includes(path))
      return { packages: [], problems: ['it is an older form of rpm’s database, which is not read yet'] };
    return readDatabase(content);
  },
};

function readDatabase(content: Uint8Array): FormatResult {
  const packages: FoundPackage[] = [];
  const problems: string[] = [];
  try {
    for (const [, blob] of readTable(content, 'Packages')) {
      if (!(blob instanceof Uint8Array)) throw new Error('a package’s header was expected');
      const result = readPackage(openRpmHeader(blob));
      if (typeof result === 'string') problems.push(result);
      else if (result !== null) packages.push(result);
    }
  } catch (error) {
    problems.push(`it is damaged: ${error instanceof Error ? error.message : String(error)}`);
  }
  return { packages, problems };
}

function readPackage(header: RpmHeader): FoundPackage | null | string {
  const name = header.text(TAGS.name) ?? '';
  // Keys that rpm was told to trust are kept like packages.
  if (name === 'gpg-pubkey') return null;
  const [version = '', release = ''] = [header.text(TAGS.version), header.text(TAGS.release)];
  if (!NAME.test(name) || !VERSION.test(version) || !VERSION.test(release))
    return `it names the package ${quote(`${name} ${version}-${release}`)}, which is none`;
  const epoch = header.number(TAGS.epoch);
  const prefix = epoch === undefined || epoch === 0 ? '' : `${epoch}:`;
  const architecture = header.text(TAGS.arch) ?? '';
  const licenses = cleanLicenses([header.text(TAGS.license) ?? '']);
  return {
    type: 'rpm',
    name,
    version: `${prefix}${version}-${release}`,
    source: readSource(header.text(TAGS.source) ?? '', prefix) ?? {
      name,
      version: `${prefix}${version}-${release}`,
    },
    ...(ARCHITECTURE.test(architecture) && { architecture }),
    ...(licenses !== undefined && { licenses }),
  };
}

/** The name of the source's file says all but the epoch, which is the package's. */
function readSource(
  file: string,
  prefix: string,
): { readonly name: string; readonly version: string } | null {
  const [, name = '', version = '', release = ''] = SOURCE.exec(file) ?? [];
  return NAME.test(name) && VERSION.test(version) && VERSION.test(release)
    ? { name, version: `${prefix}${version}-${release}` }
    : null;
}

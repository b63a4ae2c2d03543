import { type FormatResult, type FoundPackage, NOTHING_FOUND, type PackageFormat } from '../format.ts';
import { cleanLicenses, decodeText, quote } from '../text.ts';

/** The second since Alpine 3.22, where /lib is a link. */
const DATABASES = ['/lib/apk/db/installed', '/usr/lib/apk/db/installed'];

const NAME = /^[A-Za-z0-9_][A-Za-z0-9._+-]{0,254}$/;
const VERSION = /^[0-9A-Za-z][0-9A-Za-z._~+-]{0,127}$/;
const ARCHITECTURE = /^[A-Za-z0-9_]{1,32}$/;
/** Package, version, architecture, origin, licence. The others are of its files, or of no interest. */
const READ_FIELDS = 'PVAoL';

/**
 * Alpine's package database, also Wolfi's. The source is the origin: advisories are written against it.
 * Source: apk-tools, doc/apk-v2.5 and src/database.c.
 */
export const apk: PackageFormat = {
  name: 'apk',
  wants: { paths: DATABASES },
  owns: (path) => DATABASES.includes(path),
  isSystem: true,
  read: ({ content }) => readInstalled(decodeText(content)),
};

function readInstalled(text: string): FormatResult {
  if (text.trim() === '') return NOTHING_FOUND;
  const packages: FoundPackage[] = [];
  const problems: string[] = [];
  // apk ends every package with an empty line.
  if (!text.endsWith('\n\n')) problems.push('it does not end as apk ends it: it was cut off');
  let number = 0;
  for (const fields of records(text)) {
    number += 1;
    const result = readRecord(fields);
    if (typeof result === 'string') problems.push(`package ${number} ${result}`);
    else if (result !== null) packages.push(result);
  }
  return { packages, problems };
}

/** The read fields of each package, by letter; the first of a letter counts. */
function* records(text: string): Generator<ReadonlyMap<string, string>> {
  let fields = new Map<string, string>();
  let isOpen = false;
  for (let start = 0; start < text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    if (end === start) {
      if (isOpen) yield fields;
      fields = new Map();
      isOpen = false;
    } else {
      isOpen = true;
      const letter = text[start] ?? '';
      if (text[start + 1] === ':' && READ_FIELDS.includes(letter) && !fields.has(letter))
        fields.set(letter, text.slice(start + 2, Math.min(end, start + 1024)));
    }
    start = end + 1;
  }
  if (isOpen) yield fields;
}

function readRecord(fields: ReadonlyMap<string, string>): FoundPackage | null | string {
  const name = fields.get('P') ?? '';
  // What `apk add --virtual` makes: a name for a list of packages.
  if (/^\.[A-Za-z0-9._+-]{1,254}$/.test(name)) return null;
  if (!NAME.test(name)) return `has the name ${quote(name)}, which is no package name`;
  const version = fields.get('V') ?? '';
  if (!VERSION.test(version)) return `(${name}) has the version ${quote(version)}, which is no version`;
  const origin = fields.get('o') ?? name;
  if (!NAME.test(origin)) return `(${name}) has the origin ${quote(origin)}, which is no package name`;
  const architecture = fields.get('A') ?? '';
  if (architecture !== '' && !ARCHITECTURE.test(architecture))
    return `(${name}) has the architecture ${quote(architecture)}, which is none`;
  const licenses = cleanLicenses([fields.get('L') ?? '']);
  return {
    type: 'apk',
    name,
    version,
    source: { name: origin, version },
    ...(architecture !== '' && { architecture }),
    ...(licenses !== undefined && { licenses }),
  };
}

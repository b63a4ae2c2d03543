import { type ZipEntry, zipEntries } from '../binary/zip.ts';
import type { FoundPackage, PackageFormat } from '../format.ts';
import { decodeText, quote } from '../text.ts';

const ENDINGS = ['.jar', '.war', '.ear', '.hpi', '.jpi'];
const MAX_DEPTH = 4;
const MAX_INNER_BYTES = 128 * 1024 * 1024;
/** Everything unpacked out of one archive, nested ones too. */
const MAX_UNPACKED_BYTES = 512 * 1024 * 1024;
/** Of all archives inside one file together. */
const MAX_ENTRIES = 1_000_000;
const MAX_TEXT_BYTES = 1024 * 1024;
const MAX_PROBLEMS = 20;

const POM = /^META-INF\/maven\/[^/]+\/[^/]+\/pom\.properties$/;
const MANIFEST = 'META-INF/MANIFEST.MF';
/** Source: Maven, ModelValidator (ids) and the versions in use. */
const ID = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$/;
const VERSION = /^[A-Za-z0-9][A-Za-z0-9_.+-]{0,127}$/;
const FILE_NAME = /^(.+?)-(\d[A-Za-z0-9_.+-]*)\.[a-z]{3}$/;

/**
 * Java archives, also inside of each other (Spring Boot, web applications), by the pom.properties that Maven leaves,
 * else by manifest and file name. An archive that does not say what it is is told: it can't be compared with anything.
 */
export const java: PackageFormat = {
  name: 'java',
  wants: { suffixes: ENDINGS },
  owns: (path) => ENDINGS.some((ending) => path.endsWith(ending)),
  isSystem: false,
  read: ({ path, content }) => {
    const reading: Reading = {
      packages: [],
      unread: [],
      unknown: [],
      roomBytes: MAX_UNPACKED_BYTES,
      roomEntries: MAX_ENTRIES,
    };
    readArchive(reading, content, { path, inside: '', depth: 0 });
    return { packages: reading.packages, problems: [...few(reading.unread), ...few(reading.unknown)] };
  },
};

interface Reading {
  readonly packages: FoundPackage[];
  readonly unread: string[];
  /** What is no package that has a name. */
  readonly unknown: string[];
  roomBytes: number;
  roomEntries: number;
}

interface At {
  readonly reading: Reading;
  readonly where: Where;
}

interface Where {
  /** Of the outermost file. */
  readonly path: string;
  /** The way from there, e.g. `!/BOOT-INF/lib/a.jar`. */
  readonly inside: string;
  readonly depth: number;
}

function readArchive(reading: Reading, content: Uint8Array, where: Where): void {
  const told: Told = { packages: [], manifest: new Map(), holdsClasses: false };
  try {
    for (const entry of zipEntries(content)) {
      reading.roomEntries -= 1;
      if (reading.roomEntries < 0) throw new Error(`it holds more than ${MAX_ENTRIES} files`);
      readFile({ reading, where }, told, entry);
    }
  } catch (error) {
    remember(
      reading.unread,
      `${nameOf(where)} could not be read: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (told.packages.length === 0) told.packages.push(...guess(told.manifest, where));
  if (told.packages.length === 0 && told.holdsClasses)
    remember(
      reading.unknown,
      `${nameOf(where)} does not say which package it is; it was not compared with anything`,
    );
  reading.packages.push(...told.packages);
}

/** What an archive has told of itself. */
interface Told {
  readonly packages: FoundPackage[];
  manifest: ReadonlyMap<string, string>;
  holdsClasses: boolean;
}

function readFile({ reading, where }: At, told: Told, entry: ZipEntry): void {
  const { name } = entry;
  if (POM.test(name)) told.packages.push(...readPom(reading, entry, where));
  else if (name === MANIFEST) told.manifest = readManifest(unpack(reading, entry, MAX_TEXT_BYTES));
  else if (ENDINGS.some((ending) => name.endsWith(ending))) readInner(reading, entry, where);
  // Classes of Spring Boot's application itself, which is nobody's package.
  else if (name.endsWith('.class') && !name.startsWith('BOOT-INF/')) told.holdsClasses = true;
}

function readInner(reading: Reading, entry: ZipEntry, { path, inside, depth }: Where): void {
  const where = { path, inside: `${inside}!/${entry.name.slice(0, 300)}`, depth: depth + 1 };
  if (where.depth > MAX_DEPTH) {
    remember(reading.unread, `${nameOf(where)} is deeper than ${MAX_DEPTH} archives and was not read`);
    return;
  }
  let content: Uint8Array;
  try {
    content = unpack(reading, entry, MAX_INNER_BYTES);
  } catch (error) {
    remember(
      reading.unread,
      `${nameOf(where)} could not be read: ${error instanceof Error ? error.message : String(error)}`,
    );
    return;
  }
  readArchive(reading, content, where);
}

/** An entry's content, within what may still be unpacked. */
function unpack(reading: Reading, entry: ZipEntry, maxBytes: number): Uint8Array {
  if (entry.sizeBytes > Math.min(maxBytes, reading.roomBytes))
    throw new Error(`${quote(entry.name)} has ${entry.sizeBytes} bytes, more than are unpacked`);
  reading.roomBytes -= entry.sizeBytes;
  return entry.read();
}

function readPom(reading: Reading, entry: ZipEntry, where: Where): FoundPackage[] {
  const fields = new Map<string, string>();
  for (const line of decodeText(unpack(reading, entry, MAX_TEXT_BYTES)).split(/\r?\n/)) {
    const [, key, value] = /^\s*(groupId|artifactId|version)\s*[=:]\s*(.*)$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) fields.set(key, value.trim());
  }
  const [group = '', artifact = '', version = ''] = ['groupId', 'artifactId', 'version'].map((key) =>
    fields.get(key),
  );
  if (ID.test(group) && ID.test(artifact) && VERSION.test(version))
    return [found([group, artifact, version], where)];
  remember(
    reading.unread,
    `${nameOf(where)} has a pom.properties with ${quote(`${group}:${artifact}:${version}`)}, which names no package`,
  );
  return [];
}

/** The main attributes of a manifest; continued lines are joined. Source: JAR file specification. */
function readManifest(content: Uint8Array): ReadonlyMap<string, string> {
  const [main = ''] = decodeText(content).replaceAll(/\r\n?/g, '\n').split('\n\n', 1);
  const attributes = new Map<string, string>();
  for (const line of main.replaceAll('\n ', '').split('\n')) {
    const colon = line.indexOf(': ');
    if (colon > 0 && colon <= 70)
      attributes.set(line.slice(0, colon).toLowerCase(), line.slice(colon + 2).trim());
  }
  return attributes;
}

/** By manifest and file name, when both together say all three. */
function guess(manifest: ReadonlyMap<string, string>, where: Where): FoundPackage[] {
  const file = (where.inside || where.path).split('/').at(-1) ?? '';
  const [, artifact = '', nameVersion = ''] = FILE_NAME.exec(file) ?? [];
  const version = nameVersion || (manifest.get('implementation-version') ?? '');
  const group = manifest.get('implementation-vendor-id') ?? '';
  return ID.test(group) && ID.test(artifact) && VERSION.test(version)
    ? [found([group, artifact, version], where)]
    : [];
}

function found(
  [group, artifact, version]: readonly [string, string, string],
  { inside }: Where,
): FoundPackage {
  return {
    type: 'maven',
    namespace: group,
    name: `${group}:${artifact}`,
    version,
    ...(inside !== '' && { inside }),
  };
}

/** Hostile archives must not be able to fill the memory with what is wrong with them. */
function remember(problems: string[], line: string): void {
  if (problems.length < 1000) problems.push(line);
}

function few(problems: readonly string[]): readonly string[] {
  const more = problems.length - MAX_PROBLEMS;
  return more <= 0 ? problems : [...problems.slice(0, MAX_PROBLEMS), `… and ${more} more like that`];
}

function nameOf({ inside }: Where): string {
  return inside === '' ? 'it' : quote(inside);
}

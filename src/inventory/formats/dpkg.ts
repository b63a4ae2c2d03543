import { type FormatResult, type FoundPackage, NOTHING_FOUND, type PackageFormat } from '../format.ts';
import { decodeText, quote } from '../text.ts';

const STATUS = '/var/lib/dpkg/status';
/** Distroless images carry one file a package. */
const STATUS_FOLDER = '/var/lib/dpkg/status.d';

const NAME = /^[A-Za-z0-9][A-Za-z0-9+._-]{0,254}$/;
const VERSION = /^(?:[0-9]{1,10}:)?[A-Za-z0-9][A-Za-z0-9.+~:-]{0,254}$/;
const ARCHITECTURE = /^[a-z0-9][a-z0-9-]{0,62}$/;
const SOURCE = /^(\S{1,255})(?:\s+\(([^()\s]{1,255})\))?$/;
/** States in which none of the package's files are there. Source: dpkg-query(1). */
const ABSENT_STATES = new Set(['not-installed', 'config-files']);
const PRESENT_STATES = new Set([
  'installed',
  'half-installed',
  'unpacked',
  'half-configured',
  'triggers-awaited',
  'triggers-pending',
]);
const READ_FIELDS = new Set(['package', 'status', 'version', 'architecture', 'source']);

/**
 * Debian's package database, also in the form of distroless images. Versions keep their epoch; the source package is
 * given for every package, as advisories speak of it. Source: deb-control(5), dpkg's lib/dpkg/parse.c.
 */
export const dpkg: PackageFormat = {
  name: 'dpkg',
  wants: { paths: [STATUS], folders: [STATUS_FOLDER] },
  owns: (path) => path === STATUS || (path.startsWith(`${STATUS_FOLDER}/`) && !path.endsWith('.md5sums')),
  isSystem: true,
  read: ({ path, content }) => readStatus(decodeText(content), path === STATUS),
};

function readStatus(text: string, isDatabase: boolean): FormatResult {
  if (text.trim() === '') return NOTHING_FOUND;
  const packages: FoundPackage[] = [];
  const problems: string[] = [];
  // dpkg ends every stanza of its database with an empty line.
  if (isDatabase && !text.endsWith('\n\n')) problems.push('it does not end as dpkg ends it: it was cut off');
  for (const { fields, line, fault } of stanzas(text)) {
    const result = fault ?? readStanza(fields, isDatabase);
    if (typeof result === 'string') problems.push(`the stanza that ends in line ${line} ${result}`);
    else if (result !== null) packages.push(result);
  }
  return { packages, problems };
}

interface Stanza {
  /** Only the fields that are read, by their lower-case names. */
  readonly fields: ReadonlyMap<string, string>;
  /** Its last line, from 1. */
  readonly line: number;
  readonly fault: string | null;
}

function* stanzas(text: string): Generator<Stanza> {
  let fields = new Map<string, string>();
  let fault: string | null = null;
  let isOpen = false;
  let number = 0;
  for (let start = 0; start <= text.length; ) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    number += 1;
    if (isBlank(text, start, end)) {
      if (isOpen) yield { fields, line: number - 1, fault };
      fields = new Map();
      fault = null;
      isOpen = false;
    } else {
      fault = readLine(text, { start, end }, isOpen ? fields : null, fields) ?? fault;
      isOpen = true;
    }
    start = end + 1;
  }
  if (isOpen) yield { fields, line: number, fault };
}

function isBlank(text: string, start: number, end: number): boolean {
  return end - start < 64 && text.slice(start, end).trim() === '';
}

/** Takes one line in; returns what is wrong with it. `continued` is null in the first line of a stanza. */
function readLine(
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
  continued: Map<string, string> | null,
  fields: Map<string, string>,
): string | null {
  const first = text[start];
  if (first === ' ' || first === '\t') return continued === null ? 'begins with a continued line' : null;
  const colon = text.indexOf(':', start);
  if (colon < 0 || colon >= end) return `has the line ${quote(text.slice(start, end))}, which is no field`;
  if (colon - start > 20) return null;
  const name = text.slice(start, colon).toLowerCase();
  if (!READ_FIELDS.has(name)) return null;
  if (fields.has(name)) return `has the field ${name} twice`;
  fields.set(name, text.slice(colon + 1, Math.min(end, colon + 1024)).trim());
  return null;
}

/** The package of a stanza, null when it is not there, or what is wrong. */
function readStanza(fields: ReadonlyMap<string, string>, isDatabase: boolean): FoundPackage | null | string {
  const name = fields.get('package') ?? '';
  if (!NAME.test(name)) return `names the package ${quote(name)}, which is no package name`;
  const status = fields.get('status');
  if (status === undefined && isDatabase) return `has no status for ${name}`;
  const state = status?.split(/\s+/)[2] ?? 'installed';
  if (ABSENT_STATES.has(state)) return null;
  if (!PRESENT_STATES.has(state)) return `says that ${name} is ${quote(state)}, which is no state of dpkg`;
  return readPresent(name, fields);
}

function readPresent(name: string, fields: ReadonlyMap<string, string>): FoundPackage | string {
  const version = fields.get('version') ?? '';
  if (!VERSION.test(version)) return `gives ${name} the version ${quote(version)}, which is no version`;
  const architecture = fields.get('architecture');
  if (architecture !== undefined && !ARCHITECTURE.test(architecture))
    return `gives ${name} the architecture ${quote(architecture)}, which is none`;
  const source = readSource(fields.get('source'), { name, version });
  if (source === null) return `gives ${name} the source ${quote(fields.get('source') ?? '')}, which is none`;
  return { type: 'deb', name, version, source, ...(architecture !== undefined && { architecture }) };
}

function readSource(
  field: string | undefined,
  binary: { readonly name: string; readonly version: string },
): { readonly name: string; readonly version: string } | null {
  if (field === undefined) return binary;
  const [, name = '', version = binary.version] = SOURCE.exec(field) ?? [];
  return NAME.test(name) && VERSION.test(version) ? { name, version } : null;
}

import type { FormatResult, PackageFormat } from '../format.ts';
import { cleanLicenses, decodeText, quote } from '../text.ts';

const ENDINGS = [
  '.dist-info/METADATA',
  '.egg-info/PKG-INFO',
  '.egg/EGG-INFO/PKG-INFO',
  // distutils wrote one file and no folder.
  '.egg-info',
];
/** Source: PyPA, core metadata specification. */
const NAME = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9])?$/;
/** PEP 440, and the freer versions that older tools let pass. */
const VERSION = /^[A-Za-z0-9][A-Za-z0-9.!+_-]{0,127}$/;
const MAX_HEADER_LINES = 5000;
const READ_FIELDS = new Set(['name', 'version', 'license', 'license-expression', 'classifier']);
/** A `License:` field longer than this is the licence's text, not its name. */
const MAX_LICENSE_NAME_CHARS = 120;

/** Python packages as pip, setuptools and distutils installed them. */
export const python: PackageFormat = {
  name: 'python',
  wants: { suffixes: ENDINGS },
  owns: (path) => ENDINGS.some((ending) => path.endsWith(ending)),
  isSystem: false,
  read: ({ content }) => readMetadata(decodeText(content)),
};

function readMetadata(text: string): FormatResult {
  const fields = readHeaders(text);
  const name = fields.get('name')?.[0];
  if (name === undefined || !NAME.test(name))
    return {
      packages: [],
      problems: [`it names the package ${quote(name ?? '')}, which is no package name`],
    };
  const version = fields.get('version')?.[0];
  if (version === undefined || !VERSION.test(version))
    return {
      packages: [],
      problems: [`it gives ${name} the version ${quote(version ?? '')}, which is no version`],
    };
  const licenses = cleanLicenses(declaredLicenses(fields));
  return {
    packages: [{ type: 'pypi', name, version, ...(licenses !== undefined && { licenses }) }],
    problems: [],
  };
}

/** The fields before the first empty line, each with its values. Continued lines are left out: none of ours has any. */
function readHeaders(text: string): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  let start = text.startsWith('\uFEFF') ? 1 : 0;
  for (let lines = 0; start < text.length && lines < MAX_HEADER_LINES; lines += 1) {
    const newline = text.indexOf('\n', start);
    const end = newline < 0 ? text.length : newline;
    const line = text.slice(start, Math.min(end, start + 2048)).trimEnd();
    if (line === '') break;
    const colon = line.indexOf(':');
    const name = colon > 0 ? line.slice(0, colon).toLowerCase() : '';
    if (READ_FIELDS.has(name)) {
      const values = fields.get(name) ?? [];
      if (values.length < 100) values.push(line.slice(colon + 1).trim());
      fields.set(name, values);
    }
    start = end + 1;
  }
  return fields;
}

/** The SPDX expression where there is one, else the named licence, else the classifiers. */
function declaredLicenses(fields: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const isName = (text: string): boolean =>
    text !== '' && text.toUpperCase() !== 'UNKNOWN' && text.length <= MAX_LICENSE_NAME_CHARS;
  for (const field of ['license-expression', 'license']) {
    const named = (fields.get(field) ?? []).filter(isName);
    if (named.length > 0) return named;
  }
  return (fields.get('classifier') ?? [])
    .filter((classifier) => classifier.startsWith('License ::'))
    .map((classifier) => classifier.slice(classifier.lastIndexOf('::') + 2).trim())
    .filter((license) => license !== 'OSI Approved' && isName(license));
}

import type { FormatResult, FoundPackage, PackageFormat } from '../format.ts';
import { objectFields, parseJson } from '../json-fields.ts';
import { cleanLicenses, decodeText, quote } from '../text.ts';

const ENDING = '/composer/installed.json';
const MAX_PACKAGES = 20_000;
/** Source: Composer, composer-schema.json. */
const NAME = /^([a-z0-9](?:[_.-]?[a-z0-9])*)\/[a-z0-9](?:(?:[_.]|--?)?[a-z0-9])*$/;
const VERSION = /^(?:v?\d[0-9A-Za-z._+-]{0,99}|dev-[0-9A-Za-z._/#+-]{1,99})$/;

/** PHP packages that Composer installed, of both its versions. */
export const php: PackageFormat = {
  name: 'php',
  wants: { suffixes: [ENDING] },
  owns: (path) => path.endsWith(ENDING),
  isSystem: false,
  read: ({ content }) => readInstalled(decodeText(content)),
};

function readInstalled(text: string): FormatResult {
  const value = parseJson(text)?.value;
  const list = Array.isArray(value) ? value : objectFields(value)?.get('packages');
  if (!Array.isArray(list)) return { packages: [], problems: ['it is no JSON with a list of packages'] };
  const packages: FoundPackage[] = [];
  const problems: string[] = [];
  for (const each of list.slice(0, MAX_PACKAGES)) {
    const result = readPackage(objectFields(each) ?? new Map());
    if (typeof result === 'string') problems.push(result);
    else packages.push(result);
  }
  if (list.length > MAX_PACKAGES)
    problems.push(`it has more than ${MAX_PACKAGES} packages; the rest was not read`);
  return { packages, problems };
}

function readPackage(fields: ReadonlyMap<string, unknown>): FoundPackage | string {
  const [name, version, licenses] = [fields.get('name'), fields.get('version'), fields.get('license')];
  const namespace = typeof name === 'string' && name.length <= 200 ? NAME.exec(name)?.[1] : undefined;
  if (
    typeof name !== 'string' ||
    namespace === undefined ||
    typeof version !== 'string' ||
    !VERSION.test(version)
  )
    return `it names the package ${quote(`${shown(name)} ${shown(version)}`)}, which is none`;
  const declared = (Array.isArray(licenses) ? licenses.slice(0, 20) : [licenses]).filter(
    (each) => typeof each === 'string',
  );
  const clean = cleanLicenses(declared);
  return { type: 'composer', namespace, name, version, ...(clean !== undefined && { licenses: clean }) };
}

function shown(value: unknown): string {
  return typeof value === 'string' ? value : `(${typeof value})`;
}

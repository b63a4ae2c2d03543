import { type FormatResult, NOTHING_FOUND, type PackageFormat } from '../format.ts';
import { objectFields, parseJson } from '../json-fields.ts';
import { cleanLicenses, decodeText, quote } from '../text.ts';

/** The package's own folder in a tree of `node_modules`; files deeper inside a package are its own affair. */
const INSTALLED = /\/node_modules\/(?:@[^/]+\/)?[^/@.][^/]*\/package\.json$/;
/** Packages ship trees of packages to test themselves with; nobody runs those. */
const FIXTURE =
  /\/node_modules\/(?:[^/]+\/)*(?:tests?|__tests__|fixtures?|examples?)\/(?:[^/]+\/)*node_modules\//;
/** Old packages have capital letters. Source: validate-npm-package-name. */
const NAME = /^(?:@([A-Za-z0-9~-][A-Za-z0-9._~-]{0,213})\/)?([A-Za-z0-9~_-][A-Za-z0-9._~-]{0,213})$/;
/** Semantic Versioning 2.0.0, with the leading `v` or `=` that npm forgives. */
const VERSION =
  /^[v=]?((?:0|[1-9]\d{0,15})\.(?:0|[1-9]\d{0,15})\.(?:0|[1-9]\d{0,15})(?:[-+][0-9A-Za-z.+-]{1,200})?)$/;

/** Packages that npm, pnpm or Yarn installed. */
export const npm: PackageFormat = {
  name: 'npm',
  wants: { basenames: ['package.json'] },
  owns: (path) => INSTALLED.test(path) && !FIXTURE.test(path),
  isSystem: false,
  read: ({ content }) => readManifest(decodeText(content)),
};

function readManifest(text: string): FormatResult {
  const fields = objectFields(parseJson(text)?.value);
  if (fields === null) return { packages: [], problems: ['it is no JSON object'] };
  const name = fields.get('name');
  const version = fields.get('version');
  // Packages mark parts of themselves with such files, e.g. {"type": "module"}.
  if (name === undefined && version === undefined) return NOTHING_FOUND;
  const [, scope, base] = typeof name === 'string' ? (NAME.exec(name) ?? []) : [];
  if (typeof name !== 'string' || base === undefined)
    return { packages: [], problems: [`it names the package ${shown(name)}, which is no package name`] };
  const clean = typeof version === 'string' ? VERSION.exec(version.trim())?.[1] : undefined;
  if (clean === undefined)
    return {
      packages: [],
      problems: [`it gives ${name} the version ${shown(version)}, which is no version`],
    };
  const licenses = cleanLicenses(declaredLicenses(fields));
  return {
    packages: [
      {
        type: 'npm',
        name,
        version: clean,
        ...(scope !== undefined && { namespace: `@${scope}` }),
        ...(licenses !== undefined && { licenses }),
      },
    ],
    problems: [],
  };
}

function shown(value: unknown): string {
  return typeof value === 'string' ? quote(value) : `(${value === undefined ? 'nothing' : typeof value})`;
}

/** `license` as a text or an object, `licenses` as a list of either: npm has had all of them. */
function declaredLicenses(fields: ReadonlyMap<string, unknown>): string[] {
  const many = fields.get('licenses');
  return [fields.get('license'), ...(Array.isArray(many) ? many.slice(0, 20) : [many])].flatMap(
    (declared) => {
      const text = typeof declared === 'string' ? declared : objectFields(declared)?.get('type');
      return typeof text === 'string' ? [text] : [];
    },
  );
}

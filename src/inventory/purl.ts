import { PackageURL } from 'packageurl-js';
import type { OperatingSystem } from '../core/package.ts';
import type { FoundPackage } from './format.ts';

/** Types whose packages belong to a distribution, which is their namespace. Source: purl type definitions. */
const DISTRIBUTION_TYPES = new Set(['deb', 'apk', 'rpm', 'alpm']);

/** Left as they are by the library, though the specification encodes everything but letters, digits and `.-_~:`. */
const STILL_TO_ENCODE = /[!'()*+]/g;

/**
 * The exact package URL, e.g. `pkg:deb/debian/bash@5.2.15-2%2Bb7?arch=amd64&distro=debian-12`. Names and versions have
 * passed their format's grammar. Throws the library's error for what can't be one.
 * Source: purl specification (ECMA-427).
 */
export function packageUrl(found: FoundPackage, os: OperatingSystem | null): string {
  const { type } = found;
  // Only rpm's purls keep the epoch apart.
  const [, epoch, rest] = (type === 'rpm' ? /^(\d+):(.+)$/.exec(found.version) : null) ?? [];
  const version = rest ?? found.version;
  const url = DISTRIBUTION_TYPES.has(type)
    ? new PackageURL(
        type,
        os?.id ?? found.namespace,
        found.name,
        version,
        { ...qualifiersOf(found, os), ...(epoch !== undefined && { epoch }) },
        undefined,
      )
    : new PackageURL(type, found.namespace, baseName(found), version, undefined, undefined);
  return url
    .toString()
    .replaceAll(STILL_TO_ENCODE, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
}

function qualifiersOf(
  { architecture }: FoundPackage,
  os: OperatingSystem | null,
): Readonly<Record<string, string>> {
  const distro = os === null ? undefined : [os.id, os.versionId ?? os.codename].filter(Boolean).join('-');
  return {
    ...(architecture !== undefined && { arch: architecture }),
    ...(distro !== undefined && { distro }),
  };
}

/** The name without the namespace that formats write before it. */
function baseName({ name, namespace }: FoundPackage): string {
  const isPrefix =
    namespace !== undefined && (name.startsWith(`${namespace}/`) || name.startsWith(`${namespace}:`));
  return isPrefix ? name.slice(namespace.length + 1) : name;
}

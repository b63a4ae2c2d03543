import { compareSemver } from './semver.ts';

/**
 * Compares two versions of Go modules, or of Go itself (`go1.22rc1`, `1.21.5`): negative when `a` is older. Total.
 * Pseudo-versions and `+incompatible` are ordered as Semantic Versioning orders them.
 * Source: https://go.dev/ref/mod#versions, https://go.dev/doc/toolchain#version.
 */
export function compareGoVersions(a: string, b: string): number {
  return compareSemver(asSemver(a), asSemver(b));
}

/** Go's own releases are written `go1.22rc1`, and in advisories `1.22.0-rc.1`. */
function asSemver(version: string): string {
  const match = /^(?:go)?([0-9]+\.[0-9]+)(\.[0-9]+)?(?:(alpha|beta|rc)\.?([0-9]+))?(?:[ -+].*)?$/.exec(
    version,
  );
  if (match === null || (match[3] === undefined && !version.startsWith('go'))) return version;
  const [, main = '', patch = '.0', kind, number = '0'] = match;
  return `${main}${patch}${kind === undefined ? '' : `-${kind}.${number}`}`;
}

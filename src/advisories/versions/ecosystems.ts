import { compareDpkgVersions } from './dpkg.ts';
import { compareGoVersions } from './go.ts';
import { comparePep440 } from './pep440.ts';
import { compareSemver } from './semver.ts';

/** Negative when `a` is older than `b`, 0 when they are equal, positive when it is newer. Total: never throws. */
export type VersionOrder = (a: string, b: string) => number;

/** By OSV's name of the ecosystem, without its suffix. */
const ORDERS: Readonly<Record<string, VersionOrder>> = {
  Debian: compareDpkgVersions,
  Ubuntu: compareDpkgVersions,
  Go: compareGoVersions,
  npm: compareSemver,
  'crates.io': compareSemver,
  Hex: compareSemver,
  Pub: compareSemver,
  SwiftURL: compareSemver,
  PyPI: comparePep440,
};

/** How versions are ordered in an ecosystem such as `PyPI` or `Debian:12`; undefined when we can't tell. */
export function versionOrderOf(ecosystem: string): VersionOrder | undefined {
  const name = ecosystem.split(':')[0] ?? '';
  return Object.hasOwn(ORDERS, name) ? ORDERS[name] : undefined;
}

/** The one spelling under which an ecosystem's names compare equal. Source: PEP 503. */
export function normalizePackageName(ecosystem: string, name: string): string {
  return ecosystem === 'PyPI' ? name.toLowerCase().replaceAll(/[-_.]+/g, '-') : name;
}

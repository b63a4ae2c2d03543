import { compareDigits } from './digits.ts';
import { compareText } from './text.ts';

/**
 * Compares two versions by Semantic Versioning 2.0.0: negative when `a` is older. Total and lenient, as advisories need
 * it: a leading `v` and the build (`+…`) do not count, missing numbers are 0, and text that is no version sorts first.
 * Source: https://semver.org/#spec-item-11.
 */
export function compareSemver(a: string, b: string): number {
  const left = parse(a);
  const right = parse(b);
  if (left === undefined) return right === undefined ? compareText(a, b) : -1;
  if (right === undefined) return 1;
  for (const [index, number] of left.numbers.entries()) {
    const difference = compareDigits(number, right.numbers[index] ?? '0');
    if (difference !== 0) return difference;
  }
  return comparePrerelease(left.prerelease, right.prerelease);
}

interface Parsed {
  readonly numbers: readonly string[];
  readonly prerelease: readonly string[];
}

const VERSION =
  /^[v=\s]*([0-9]+)(?:\.([0-9]+))?(?:\.([0-9]+))?(?:\.([0-9]+))?(?:-([0-9A-Za-z.-]+))?(?:\+.*)?$/;

function parse(version: string): Parsed | undefined {
  const match = VERSION.exec(version.slice(0, 500).trim());
  if (match === null) return undefined;
  const [, major = '0', minor = '0', patch = '0', revision = '0', prerelease = ''] = match;
  return {
    numbers: [major, minor, patch, revision],
    prerelease: prerelease === '' ? [] : prerelease.split('.'),
  };
}

/** A release is newer than its pre-releases; their parts count one by one, numbers before words, fewer before more. */
function comparePrerelease(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return b.length - a.length;
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const left = a[index];
    const right = b[index];
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
    const difference = compareIdentifier(left, right);
    if (difference !== 0) return difference;
  }
  return 0;
}

function compareIdentifier(a: string, b: string): number {
  const isNumber = { a: /^[0-9]+$/.test(a), b: /^[0-9]+$/.test(b) };
  if (isNumber.a && isNumber.b) return compareDigits(a, b);
  if (isNumber.a !== isNumber.b) return isNumber.a ? -1 : 1;
  return compareText(a, b);
}

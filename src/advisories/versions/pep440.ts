import { compareDigits } from './digits.ts';
import { compareText } from './text.ts';

/**
 * Compares two versions of Python packages: negative when `a` is older. Total: text that is no version sorts first.
 * Source: https://packaging.python.org/en/latest/specifications/version-specifiers/.
 */
export function comparePep440(a: string, b: string): number {
  const left = parse(a);
  const right = parse(b);
  if (left === undefined) return right === undefined ? compareText(a, b) : -1;
  if (right === undefined) return 1;
  return (
    compareDigits(left.epoch, right.epoch) ||
    compareRelease(left.release, right.release) ||
    left.phase - right.phase ||
    compareDigits(left.phaseNumber, right.phaseNumber) ||
    compareOptional(left.post, right.post, -1) ||
    compareOptional(left.dev, right.dev, 1) ||
    compareLocal(left.local, right.local)
  );
}

interface Parsed {
  readonly epoch: string;
  readonly release: readonly string[];
  /** Development of the release itself, alpha, beta, candidate, released: 0 to 4. */
  readonly phase: number;
  readonly phaseNumber: string;
  readonly post: string | undefined;
  readonly dev: string | undefined;
  readonly local: readonly string[];
}

const PHASES: Readonly<Record<string, number>> = {
  a: 1,
  alpha: 1,
  b: 2,
  beta: 2,
  c: 3,
  rc: 3,
  pre: 3,
  preview: 3,
};
const RELEASED = 4;

const VERSION =
  /^v?(?:(?<epoch>[0-9]+)!)?(?<release>[0-9]+(?:\.[0-9]+)*)(?:[-_.]?(?<phase>alpha|beta|preview|pre|rc|a|b|c)[-_.]?(?<number>[0-9]*))?(?:-(?<bare>[0-9]+)|[-_.]?(?<post>post|rev|r)[-_.]?(?<postNumber>[0-9]*))?(?:[-_.]?(?<dev>dev)[-_.]?(?<devNumber>[0-9]*))?(?:\+(?<local>[a-z0-9]+(?:[-_.][a-z0-9]+)*))?$/;

function parse(version: string): Parsed | undefined {
  const it = VERSION.exec(version.slice(0, 500).trim().toLowerCase())?.groups;
  if (it === undefined) return undefined;
  const dev = it['dev'] === undefined ? undefined : it['devNumber'] || '0';
  const post = it['bare'] ?? (it['post'] === undefined ? undefined : it['postNumber'] || '0');
  const isOnlyDev = it['phase'] === undefined && post === undefined && dev !== undefined;
  return {
    epoch: it['epoch'] ?? '0',
    release: (it['release'] ?? '').split('.'),
    phase: it['phase'] === undefined ? (isOnlyDev ? 0 : RELEASED) : (PHASES[it['phase']] ?? RELEASED),
    phaseNumber: it['number'] || '0',
    post,
    dev,
    local: it['local']?.split(/[-_.]/) ?? [],
  };
}

/** Trailing zeros do not count: 1.0 is 1. */
function compareRelease(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const difference = compareDigits(a[index] ?? '0', b[index] ?? '0');
    if (difference !== 0) return difference;
  }
  return 0;
}

/** `absent` says where a version without the part stands: -1 before those with it, 1 after. */
function compareOptional(a: string | undefined, b: string | undefined, absent: 1 | -1): number {
  if (a !== undefined && b !== undefined) return compareDigits(a, b);
  if (a === b) return 0;
  return a === undefined ? absent : -absent;
}

/** Fewer parts before more. */
function compareLocal(a: readonly string[], b: readonly string[]): number {
  for (let index = 0; index < Math.max(a.length, b.length); index += 1) {
    const left = a[index];
    const right = b[index];
    if (left === undefined || right === undefined) return left === undefined ? -1 : 1;
    const difference = compareLocalPart(left, right);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** Words before numbers. */
function compareLocalPart(a: string, b: string): number {
  const isNumber = { a: /^[0-9]+$/.test(a), b: /^[0-9]+$/.test(b) };
  if (isNumber.a !== isNumber.b) return isNumber.a ? 1 : -1;
  return isNumber.a ? compareDigits(a, b) : compareText(a, b);
}

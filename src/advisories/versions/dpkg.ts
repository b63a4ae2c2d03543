import { compareDigits } from './digits.ts';

/**
 * Compares two Debian package versions: negative when `a` is older, 0 when they are equal, positive when it is newer.
 * Total: text that is no version is compared by the same rules and never throws. Linear in time.
 * Source: https://www.debian.org/doc/debian-policy/ch-controlfields.html#version, dpkg lib/dpkg/version.c.
 */
export function compareDpkgVersions(a: string, b: string): number {
  const left = split(a);
  const right = split(b);
  return (
    compareDigits(left.epoch, right.epoch) ||
    comparePart(left.upstream, right.upstream) ||
    comparePart(left.revision, right.revision)
  );
}

interface Parts {
  readonly epoch: string;
  readonly upstream: string;
  readonly revision: string;
}

function split(version: string): Parts {
  const text = version.trim();
  const colon = text.indexOf(':');
  const hasEpoch = colon > 0 && /^[0-9]+$/.test(text.slice(0, colon));
  const rest = hasEpoch ? text.slice(colon + 1) : text;
  const dash = rest.lastIndexOf('-');
  return {
    epoch: hasEpoch ? text.slice(0, colon) : '0',
    upstream: dash < 0 ? rest : rest.slice(0, dash),
    revision: dash < 0 ? '' : rest.slice(dash + 1),
  };
}

/** Text and numbers in turn: text by `order`, numbers by value. */
function comparePart(a: string, b: string): number {
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    while (isText(a, i) || isText(b, j)) {
      const difference = order(a, i) - order(b, j);
      if (difference !== 0) return difference;
      i += 1;
      j += 1;
    }
    const left = digitsAt(a, i);
    const right = digitsAt(b, j);
    const difference = compareDigits(left, right);
    if (difference !== 0) return difference;
    i += left.length;
    j += right.length;
  }
  return 0;
}

function isText(text: string, at: number): boolean {
  return at < text.length && !isDigit(text.charCodeAt(at));
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

function isLetter(code: number): boolean {
  return (code >= 65 && code <= 90) || (code >= 97 && code <= 122);
}

/** `~` sorts before the end, the end and digits before letters, letters before all else. */
function order(text: string, at: number): number {
  if (at >= text.length) return 0;
  const code = text.charCodeAt(at);
  if (isDigit(code)) return 0;
  if (isLetter(code)) return code;
  return text[at] === '~' ? -1 : code + 256;
}

function digitsAt(text: string, from: number): string {
  let to = from;
  while (to < text.length && isDigit(text.charCodeAt(to))) to += 1;
  return text.slice(from, to);
}

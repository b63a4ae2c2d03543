import { printable } from '../../core/printable.ts';
import type { Secret } from '../../core/vulnerability.ts';
import { mask } from './mask.ts';
import { isPlaceholder } from './placeholder.ts';
import type { SecretRule } from './rule.ts';

/** More in one text says no more. */
const MAX_SECRETS = 20;

/** A secret and its value, which must not leave this folder. */
export interface FoundSecret {
  readonly secret: Secret;
  readonly value: string;
}

/** The secrets of an untrusted text, in the order of its lines; each place counts once. `location` is as `Secret` has it. */
export function scanText(
  text: string,
  location: string,
  rules: readonly SecretRule[],
): readonly FoundSecret[] {
  const found: { readonly start: number; readonly end: number; readonly it: FoundSecret }[] = [];
  for (const rule of rules) {
    if (rule.where?.test(location) === false) continue;
    if (!rule.keywords.some((keyword) => text.includes(keyword))) continue;
    for (const match of text.matchAll(rule.pattern)) {
      if (found.length >= MAX_SECRETS) break;
      const value = match.groups?.['secret'] ?? '';
      const start = match.index + match[0].lastIndexOf(value);
      const end = start + value.length;
      const isTaken = found.some((other) => start < other.end && other.start < end);
      if (isTaken || isPlaceholder(value) || rule.isReal?.(value) === false) continue;
      found.push({ start, end, it: { secret: describe(rule, value, { text, start, location }), value } });
    }
  }
  return found.sort((a, b) => a.start - b.start).map(({ it }) => it);
}

function describe(
  rule: SecretRule,
  value: string,
  place: { readonly text: string; readonly start: number; readonly location: string },
): Secret {
  const isFile = place.location.startsWith('/');
  return {
    rule: rule.id,
    title: rule.title,
    location: printable(place.location),
    ...(isFile ? { line: place.text.slice(0, place.start).split('\n').length } : {}),
    masked: mask(value, rule.publicPrefix ?? 0),
  };
}

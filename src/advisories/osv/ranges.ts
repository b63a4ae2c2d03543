import type { VersionOrder } from '../versions/ecosystems.ts';
import type { OsvAffected, OsvEvent, OsvRange } from './record.ts';

/** Whether a version is affected, and which later version mends it, where the record tells. */
export type Match =
  | { readonly isAffected: false }
  | { readonly isAffected: true; readonly fixed: string | null };

const UNAFFECTED: Match = { isAffected: false };

/**
 * OSV's evaluation for one version of one package. Without an order (an ecosystem whose versions we can't compare) only the
 * listed versions count. Source: https://ossf.github.io/osv-schema/#evaluation.
 */
export function matchAffected(
  affected: Pick<OsvAffected, 'ranges' | 'versions'>,
  version: string,
  order: VersionOrder | undefined,
): Match {
  if (order === undefined)
    return affected.versions.includes(version) ? { isAffected: true, fixed: null } : UNAFFECTED;
  const range = affected.ranges.find((it) => isInRange(it, version, order));
  if (range !== undefined) return { isAffected: true, fixed: nextFix([range], version, order) };
  if (!affected.versions.some((it) => it === version || order(it, version) === 0)) return UNAFFECTED;
  return { isAffected: true, fixed: nextFix(affected.ranges, version, order) };
}

/** Whether a range takes in a version. */
export function isInRange({ events }: OsvRange, version: string, order: VersionOrder): boolean {
  if (!isBeforeLimits(events, version, order)) return false;
  let isAffected = false;
  for (const [kind, at] of sortEvents(events, order)) {
    if (kind === 'introduced' && (at === '0' || order(version, at) >= 0)) isAffected = true;
    if (kind === 'fixed' && order(version, at) >= 0) isAffected = false;
    if (kind === 'last_affected' && order(version, at) > 0) isAffected = false;
  }
  return isAffected;
}

function isBeforeLimits(events: readonly OsvEvent[], version: string, order: VersionOrder): boolean {
  const limits = events.filter(([kind]) => kind === 'limit');
  return limits.length === 0 || limits.some(([, at]) => at === '*' || order(version, at) < 0);
}

/** By version; `0` is before all of them. What happens at one version keeps the record's order. */
function sortEvents(events: readonly OsvEvent[], order: VersionOrder): readonly OsvEvent[] {
  return events
    .filter(([kind]) => kind !== 'limit')
    .toSorted(([, a], [, b]) => {
      if (a === '0' || b === '0') return Number(b === '0') - Number(a === '0');
      return order(a, b);
    });
}

/** The lowest version after this one that mends the fault. */
function nextFix(
  ranges: readonly Pick<OsvRange, 'events'>[],
  version: string,
  order: VersionOrder,
): string | null {
  const fixes = ranges
    .flatMap(({ events }) => events)
    .filter(([kind, at]) => kind === 'fixed' && order(at, version) > 0)
    .map(([, at]) => at)
    .sort(order);
  return fixes[0] ?? null;
}

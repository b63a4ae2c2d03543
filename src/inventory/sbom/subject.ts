import { createHash } from 'node:crypto';
import type { Digest } from '../../core/digest.ts';
import { DrydockError } from '../../core/errors.ts';
import type { Inventory, Package } from '../../core/package.ts';

/** What a bill of materials is written of. A `JobReport` is one. */
export interface SbomSubject {
  /** Drydock's version. */
  readonly drydock: string;
  readonly inventory: Inventory | null;
  readonly build: { readonly image: Digest | null } | null;
  /** What the image is called; its digest when it has no name. */
  readonly name?: string;
  /** When the image was made, ISO 8601. Never the time of now: the same image gives the same bytes. */
  readonly createdAt?: string;
}

/** A package with every file that told of it. */
export interface Component extends Package {
  readonly foundInAll: readonly string[];
}

/** The subject's inventory. Throws `invariant-broken` when there is none: then there is nothing to write. */
export function inventoryOf({ inventory }: SbomSubject): Inventory {
  if (inventory === null)
    throw new DrydockError(
      'invariant-broken',
      'A bill of materials was asked of a report without an inventory.',
    );
  return inventory;
}

/** What to call the image. */
export function subjectName({ name, build }: SbomSubject): string {
  return name ?? build?.image ?? 'image';
}

/** The packages, each purl once, in the inventory's order. */
export function componentsOf({ packages }: Inventory): readonly Component[] {
  const components = new Map<string, { readonly first: Package; readonly foundInAll: string[] }>();
  for (const each of packages) {
    const known = components.get(each.purl);
    if (known === undefined) components.set(each.purl, { first: each, foundInAll: [each.foundIn] });
    else if (!known.foundInAll.includes(each.foundIn)) known.foundInAll.push(each.foundIn);
  }
  return [...components.values()].map(({ first, foundInAll }) => ({ ...first, foundInAll }));
}

/** The time in whole seconds, as SPDX and CycloneDX both take it, or undefined when it is none. */
export function timestampOf({ createdAt }: SbomSubject): Date | undefined {
  const time = createdAt === undefined ? Number.NaN : Date.parse(createdAt);
  return Number.isNaN(time) ? undefined : new Date(Math.floor(time / 1000) * 1000);
}

/** A UUID of its content (version 8): the same content, the same UUID. Source: RFC 9562. */
export function uuidOf(content: string): string {
  const hex = createHash('sha256').update(content).digest('hex');
  const variant = ((Number.parseInt(hex.slice(16, 17), 16) & 0x3) | 0x8).toString(16);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

import type { Inventory, Package } from '../../core/package.ts';
import { compareDpkgVersions } from '../versions/dpkg.ts';
import type { Suite } from './fetch-suite.ts';
import type { SourcePackage } from './sources-index.ts';

/** A source package that is older in the image than in the security suite, with what of it is installed. */
export interface PendingUpdate {
  readonly source: string;
  /** Of the source package in the image. */
  readonly installed: string;
  readonly fixed: SourcePackage;
  readonly packages: readonly Package[];
}

/** The security updates that an image lacks, sorted by source package. Nothing of the image is trusted. */
export function findPendingUpdates(
  { packages }: Inventory,
  { sources }: Pick<Suite, 'sources'>,
): readonly PendingUpdate[] {
  const installed = packages.filter(({ type }) => type === 'deb').map((it) => ({ it, ...sourceOf(it) }));
  const groups = Map.groupBy(installed, ({ source, version }) => `${source} ${version}`);
  return [...groups.values()]
    .flatMap((group) => {
      const [first] = group;
      const fixed = first === undefined ? undefined : sources.get(first.source);
      if (first === undefined || fixed === undefined) return [];
      if (compareDpkgVersions(first.version, fixed.version) >= 0) return [];
      return [{ source: first.source, installed: first.version, fixed, packages: group.map(({ it }) => it) }];
    })
    .sort((a, b) => (a.source < b.source ? -1 : 1));
}

function sourceOf({ name, version, source }: Package): { readonly source: string; readonly version: string } {
  return source === undefined ? { source: name, version } : { source: source.name, version: source.version };
}

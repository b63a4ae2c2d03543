import { canonicalImageName, parseImageReference } from '../../core/image-reference.ts';
import type { BaseStore, Clock } from '../../core/ports.ts';
import type { CatalogueFile } from './catalogue-file.ts';
import type { RootfsBuilder } from './rootfs-builder.ts';

/** What everything that works on the catalogue needs. */
export interface CatalogueContext {
  readonly file: CatalogueFile;
  readonly store: BaseStore;
  readonly rootfs: RootfsBuilder;
  readonly clock: Clock;
  readonly isOffline: boolean;
}

/** The name under which the catalogue keeps a reference. Throws `input-invalid`. */
export function canonical(reference: string): string {
  return canonicalImageName(parseImageReference(reference));
}

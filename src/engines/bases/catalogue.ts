import { DrydockError } from '../../core/errors.ts';
import type { BaseImage, BaseStore, Clock } from '../../core/ports.ts';
import { type BuildBaseRequest, type BuiltBase, buildBase } from './build-base.ts';
import { type CatalogueContext, canonical } from './catalogue-context.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { createCatalogueFile } from './catalogue-file.ts';
import { type CatalogueRow, catalogueRows } from './catalogue-rows.ts';
import { pullBase } from './pull-base.ts';
import { RECIPES } from './recipes.ts';
import { type BasePolicy, type BaseResolution, createBaseResolver } from './resolve-base.ts';
import type { RootfsBuilder } from './rootfs-builder.ts';

/** Used instead, and said to be, until the operator decides otherwise: Ubuntu cannot be had from Debian's archive. */
const DEFAULT_SUBSTITUTES: Readonly<Record<string, string>> = {
  'docker.io/library/ubuntu:latest': 'docker.io/library/debian:bookworm-slim',
};

export interface BaseCatalogue {
  list(): Promise<readonly CatalogueRow[]>;
  /**
   * Builds a base from Debian's signed packages; does nothing while these are what they were.
   * Throws `input-invalid`, `base-unavailable`, `tool-missing`, and what the store throws.
   */
  build(request: BuildBaseRequest): Promise<BuiltBase>;
  /** Pulls an image, now and anew, and allows its name. Throws `input-invalid`, `base-unavailable`. */
  pull(reference: string): Promise<BaseImage>;
  /**
   * Allows a name, which is pulled when it is first used. With `substitute` it names a base of the catalogue that is
   * used instead. Throws `input-invalid`.
   */
  allow(reference: string, options?: { readonly substitute?: string }): Promise<CatalogueEntry>;
  /** Takes the name and its image out. False when there was neither. Throws `input-invalid`. */
  remove(reference: string): Promise<boolean>;
  /**
   * Which image a FROM is built on. `reference` is not trusted. Throws `base-unavailable` for what is allowed and
   * cannot be had now.
   */
  resolve(reference: string, policy: BasePolicy): Promise<BaseResolution>;
}

export interface BaseCatalogueDeps {
  readonly store: BaseStore;
  /** The catalogue's JSON file; its folder is made when it is first written. */
  readonly file: string;
  readonly rootfs: RootfsBuilder;
  readonly clock: Clock;
  /** Pull nothing. */
  readonly isOffline: boolean;
}

/** The images that FROM may name: where each comes from, and what is used for a name that is not among them. */
export function createBaseCatalogue(deps: BaseCatalogueDeps): BaseCatalogue {
  const at = deps.clock.now().toISOString();
  const initial = Object.entries(DEFAULT_SUBSTITUTES).map(
    ([name, by]) => ({ kind: 'substitute', name, by, at }) as const,
  );
  const context: CatalogueContext = { ...deps, file: createCatalogueFile(deps.file, initial) };
  const resolver = createBaseResolver(context);
  return {
    list: () => catalogueRows(context),
    build: (request) => buildBase(context, request),
    pull: (reference) => pullBase(context, reference, 'operator'),
    allow: (reference, { substitute } = {}) =>
      substitute === undefined
        ? allowPulling(context, canonical(reference))
        : allowSubstitute(context, canonical(reference), canonical(substitute)),
    async remove(reference) {
      const name = canonical(reference);
      const wasListed = await context.file.remove(name);
      return (await deps.store.remove(name)) || wasListed;
    },
    resolve: (reference, policy) => resolver.resolve(reference, policy),
  };
}

async function allowPulling({ file, clock }: CatalogueContext, name: string): Promise<CatalogueEntry> {
  const before = (await file.read()).get(name);
  if (before?.kind === 'built') return before;
  const at = before?.kind === 'registry' ? before.at : clock.now().toISOString();
  const image = before?.kind === 'registry' ? before.image : null;
  const entry: CatalogueEntry = {
    kind: 'registry',
    name,
    reference: name,
    image,
    at,
    allowedBy: 'operator',
  };
  await file.put(entry);
  return entry;
}

async function allowSubstitute(
  { file, clock }: CatalogueContext,
  name: string,
  by: string,
): Promise<CatalogueEntry> {
  const target = (await file.read()).get(by);
  const isKnown = target === undefined ? RECIPES[by] !== undefined : target.kind !== 'substitute';
  if (by === name || !isKnown)
    throw new DrydockError(
      'input-invalid',
      `As substitute for ${name} a base of the catalogue was expected, got ${by}. See drydock base list; drydock base pull adds one.`,
    );
  const entry: CatalogueEntry = { kind: 'substitute', name, by, at: clock.now().toISOString() };
  await file.put(entry);
  return entry;
}

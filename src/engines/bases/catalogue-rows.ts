import type { BaseImage } from '../../core/ports.ts';
import { ageDays } from './age-days.ts';
import type { CatalogueContext } from './catalogue-context.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { describeRecipe, RECIPES, type Recipe } from './recipes.ts';

/** One line of the catalogue. `image` is null while there is none on this machine. */
export interface CatalogueRow {
  readonly name: string;
  /** `recipe`: not there yet; it is built when it is first used. */
  readonly kind: 'built' | 'registry' | 'substitute' | 'recipe';
  /** Where it comes from, for people. */
  readonly origin: string;
  readonly image: BaseImage | null;
  /** Whole days since it was built or pulled; null while there is none. */
  readonly ageDays: number | null;
  /** False for what was pulled only because a lenient policy let it. */
  readonly isAllowed: boolean;
}

/** The whole catalogue, by name. */
export async function catalogueRows({
  file,
  store,
  clock,
}: CatalogueContext): Promise<readonly CatalogueRow[]> {
  const [entries, images] = await Promise.all([file.read(), store.list()]);
  const unbuilt = Object.entries(RECIPES).filter(([name]) => !entries.has(name));
  const rows = [
    ...[...entries.values()].map((entry) => describeEntry(entry, images, clock.now())),
    ...unbuilt.map(([name, recipe]) => describeUnbuilt(name, recipe)),
  ];
  return rows.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function describeEntry(entry: CatalogueEntry, images: readonly BaseImage[], now: Date): CatalogueRow {
  const { kind, name } = entry;
  if (kind === 'substitute')
    return {
      kind,
      name,
      origin: `substituted by ${entry.by}`,
      image: null,
      ageDays: null,
      isAllowed: true,
    };
  const image = images.find((it) => it.name === name && it.digest === entry.image) ?? null;
  const planned =
    kind === 'built' ? describeRecipe(entry.recipe) : `registry ${entry.reference}, not pulled yet`;
  return {
    kind,
    name,
    origin: image?.origin ?? planned,
    image,
    ageDays: image === null ? null : ageDays(entry.at, now),
    isAllowed: kind === 'built' || entry.allowedBy === 'operator',
  };
}

function describeUnbuilt(name: string, recipe: Recipe): CatalogueRow {
  const origin = `can be ${describeRecipe(recipe)}`;
  return { kind: 'recipe', name, origin, image: null, ageDays: null, isAllowed: true };
}

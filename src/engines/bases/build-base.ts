import { DrydockError } from '../../core/errors.ts';
import type { BaseImage } from '../../core/ports.ts';
import { type CatalogueContext, canonical } from './catalogue-context.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { assertRecipe, type DebianRecipe, RECIPES, type Recipe } from './recipes.ts';
import type { Making } from './rootfs.ts';

/** A recipe of the table by its name alone, or one of one's own. */
export interface BuildBaseRequest extends Partial<Omit<DebianRecipe, 'kind'>> {
  /** What FROM will say, e.g. `debian:bookworm-slim`. */
  readonly name: string;
  readonly signal?: AbortSignal;
  /** Progress for people. */
  readonly onLine?: Making['onLine'];
}

export interface BuiltBase {
  readonly image: BaseImage;
  /** Nothing was done, because nothing that it is made of has changed. */
  readonly isUnchanged: boolean;
}

/** Builds a base and enters it in the catalogue. See `BaseCatalogue.build`. */
export async function buildBase(context: CatalogueContext, request: BuildBaseRequest): Promise<BuiltBase> {
  const { file, store, rootfs, clock } = context;
  const name = canonical(request.name);
  const recipe = recipeOf(name, request, (await file.read()).get(name));
  const { signal = new AbortController().signal, onLine = () => undefined } = request;
  const inputs = await rootfs.inspect(recipe, { signal, onLine });
  const [entry, present] = [(await file.read()).get(name), await store.find(name)];
  const at = clock.now().toISOString();
  if (entry?.kind === 'built' && entry.inputs === inputs.digest && present?.digest === entry.image) {
    await file.put({ ...entry, at });
    return { image: present, isUnchanged: true };
  }
  await using tar = await rootfs.make(inputs, { signal, onLine });
  const image = await store.importRootfs({
    name,
    tarPath: tar.path,
    origin: inputs.origin,
    cmd: [recipe.kind === 'busybox' ? 'sh' : 'bash'],
    env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
  });
  await file.put({ kind: 'built', name, recipe, inputs: inputs.digest, image: image.digest, at });
  return { image, isUnchanged: false };
}

/** What is asked for wins over how it was built before, and that over the table. */
function recipeOf(name: string, request: BuildBaseRequest, entry: CatalogueEntry | undefined): Recipe {
  const known = entry?.kind === 'built' ? entry.recipe : RECIPES[name];
  const { suite, variant, include, isPatched } = request;
  const asked = {
    ...(suite === undefined ? {} : { suite }),
    ...(variant === undefined ? {} : { variant }),
    ...(include === undefined ? {} : { include }),
    ...(isPatched === undefined ? {} : { isPatched }),
  };
  const recipe = complete(known, asked);
  if (recipe === undefined)
    throw new DrydockError(
      'input-invalid',
      `How to build ${name} is not known: give a Debian suite (--suite bookworm), or name one of ${Object.keys(RECIPES).join(', ')}.`,
    );
  assertRecipe(recipe);
  return recipe;
}

function complete(known: Recipe | undefined, asked: Partial<DebianRecipe>): Recipe | undefined {
  if (Object.keys(asked).length === 0) return known;
  if (known?.kind === 'debian') return { ...known, ...asked };
  if (asked.suite === undefined) return undefined;
  return { kind: 'debian', variant: 'minbase', include: [], isPatched: true, ...asked, suite: asked.suite };
}

import { DrydockError, isDrydockError } from '../../core/errors.ts';
import type { BusyboxRecipe, DebianRecipe, Recipe } from './recipes.ts';
import { describeRecipe } from './recipes.ts';
import type { Making, RootfsInputs, RootfsMaker } from './rootfs.ts';
import type { RootfsCache, TarFile } from './rootfs-cache.ts';

/** Gives root filesystems by recipe, from the cache where nothing has changed. */
export interface RootfsBuilder {
  /**
   * What the recipe would give now. When that cannot be asked, what it gave last, said by a line.
   * Throws `base-unavailable`, `tool-missing`.
   */
  inspect(recipe: Recipe, making: Making): Promise<RootfsInputs>;
  /** The tar of those inputs. Throws `base-unavailable`, `tool-missing`. */
  make(inputs: RootfsInputs, making: Making): Promise<TarFile>;
}

export interface RootfsBuilderDeps {
  readonly debian: RootfsMaker<DebianRecipe>;
  readonly busybox: RootfsMaker<BusyboxRecipe>;
  readonly cache: RootfsCache;
  /** Fetch nothing: only this machine's own files and the cache. */
  readonly isOffline: boolean;
}

export function createRootfsBuilder({ debian, busybox, cache, isOffline }: RootfsBuilderDeps): RootfsBuilder {
  async function inspect(recipe: Recipe, making: Making): Promise<RootfsInputs> {
    if (recipe.kind === 'busybox') return await busybox.inspect(recipe, making);
    try {
      if (isOffline)
        throw new DrydockError(
          'base-unavailable',
          'Debian’s archive is not asked, because Drydock is set to be offline.',
        );
      return await debian.inspect(recipe, making);
    } catch (error) {
      const digest = isDrydockError(error, 'base-unavailable') ? await cache.newest(recipe) : undefined;
      if (digest === undefined || !isDrydockError(error)) throw error;
      making.onLine(`${error.message} What was built last is used.`);
      return { recipe, digest, origin: describeRecipe(recipe), epochSeconds: 0 };
    }
  }
  return {
    inspect,
    async make(inputs, making) {
      const { recipe } = inputs;
      const cached = await cache.get(recipe, inputs.digest);
      if (cached !== undefined) return cached;
      return await cache.add(recipe, inputs.digest, (tarPath) =>
        recipe.kind === 'busybox'
          ? busybox.make({ recipe, inputs, tarPath, ...making })
          : debian.make({ recipe, inputs, tarPath, ...making }),
      );
    },
  };
}

import type { Digest } from '../../core/digest.ts';
import type { Recipe } from './recipes.ts';

/** What a recipe would give now. Equal inputs give equal files. */
export interface RootfsInputs {
  readonly recipe: Recipe;
  /** Over everything that goes into the image. */
  readonly digest: Digest;
  /** One line for people: what it is made of. */
  readonly origin: string;
  /** Seconds since 1970: the newest date among the inputs; no file of the image is younger. */
  readonly epochSeconds: number;
}

/** How the making is watched. */
export interface Making {
  readonly signal: AbortSignal;
  /** Progress for people, a line each. */
  readonly onLine: (line: string) => void;
}

/** Makes root filesystems by one kind of recipe. */
export interface RootfsMaker<R extends Recipe> {
  /** Throws `base-unavailable`, `tool-missing`. */
  inspect(recipe: R, making: Making): Promise<RootfsInputs>;
  /** Writes the plain tar `tarPath`, which must not be there yet. Throws `base-unavailable`, `tool-missing`. */
  make(
    request: { readonly recipe: R; readonly inputs: RootfsInputs; readonly tarPath: string } & Making,
  ): Promise<void>;
}

import { DrydockError } from '../../core/errors.ts';

/** How a base image is made from what Debian signs. Plain data: it is kept in the catalogue and hashed. */
export type Recipe = DebianRecipe | BusyboxRecipe;

export interface DebianRecipe {
  readonly kind: 'debian';
  /** Codename, e.g. `bookworm`. */
  readonly suite: string;
  /** mmdebstrap's variants: which packages are there at least. */
  readonly variant: 'essential' | 'apt' | 'minbase' | 'standard';
  /** Packages on top. */
  readonly include: readonly string[];
  /** Whether the suites with updates and security fixes take part. Without them the image is that of the release. */
  readonly isPatched: boolean;
}

/** This machine's own busybox-static and the folders that programs expect: 2 MiB, made in milliseconds. */
export interface BusyboxRecipe {
  readonly kind: 'busybox';
}

const DEBIAN: Omit<DebianRecipe, 'suite'> = {
  kind: 'debian',
  variant: 'minbase',
  include: [],
  isPatched: true,
};

/** The images that Drydock can make without any registry, by canonical name. */
export const RECIPES: Readonly<Record<string, Recipe>> = {
  'docker.io/library/busybox:latest': { kind: 'busybox' },
  'docker.io/library/debian:bookworm-slim': { ...DEBIAN, suite: 'bookworm' },
  'docker.io/library/debian:trixie-slim': { ...DEBIAN, suite: 'trixie' },
  // As the release was, for showing what the gate does about it.
  'docker.io/library/debian:bookworm-unpatched': { ...DEBIAN, suite: 'bookworm', isPatched: false },
};

const SUITE = /^[a-z][a-z0-9-]{1,40}$/;
/** Source: Debian Policy 5.6.1; an architecture or version would be an apt option, not a name. */
const PACKAGE = /^[a-z0-9][a-z0-9+.-]{1,100}$/;

/** Lets only recipes through whose words cannot become an option of mmdebstrap or apt. Throws `input-invalid`. */
export function assertRecipe(recipe: Recipe): void {
  if (recipe.kind === 'busybox') return;
  if (!SUITE.test(recipe.suite))
    throw new DrydockError(
      'input-invalid',
      `A Debian suite like bookworm was expected, got ${JSON.stringify(recipe.suite)}.`,
    );
  const wrong = recipe.include.find((name) => !PACKAGE.test(name));
  if (wrong !== undefined)
    throw new DrydockError(
      'input-invalid',
      `A Debian package name was expected, got ${JSON.stringify(wrong)}.`,
    );
}

/** The same text for the same recipe, in whatever order its fields came. */
export function recipeKey(recipe: Recipe): string {
  if (recipe.kind === 'busybox') return recipe.kind;
  const { kind, suite, variant, include, isPatched } = recipe;
  return JSON.stringify([kind, suite, variant, include, isPatched]);
}

/** One line for people, e.g. `built from bookworm by mmdebstrap`. */
export function describeRecipe(recipe: Recipe): string {
  if (recipe.kind === 'busybox') return "built from Debian's busybox-static";
  const packages = recipe.include.length === 0 ? '' : ` with ${recipe.include.join(', ')}`;
  return `built from ${recipe.suite}${recipe.isPatched ? '' : ' without its security updates'}${packages} by mmdebstrap`;
}

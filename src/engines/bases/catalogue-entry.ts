import { type Digest, isDigest } from '../../core/digest.ts';
import type { Recipe } from './recipes.ts';

/** What the catalogue holds of one name that FROM may say. `name` is canonical, `at` ISO 8601. */
export type CatalogueEntry =
  | {
      readonly kind: 'built';
      readonly name: string;
      readonly recipe: Recipe;
      /** Over what it was made of: while this stays, there is nothing to build. */
      readonly inputs: Digest;
      readonly image: Digest;
      readonly at: string;
    }
  | {
      readonly kind: 'registry';
      readonly name: string;
      /** What is pulled. */
      readonly reference: string;
      /** Null until it has been pulled. */
      readonly image: Digest | null;
      readonly at: string;
      /** `policy`: pulled because a policy let any image be pulled; under a stricter one it is not allowed. */
      readonly allowedBy: 'operator' | 'policy';
    }
  | {
      readonly kind: 'substitute';
      readonly name: string;
      /** Canonical name of what is used instead. */
      readonly by: string;
      readonly at: string;
    };

/** An entry out of parsed JSON, or why it is none. */
export function parseEntry(value: unknown): CatalogueEntry | string {
  if (!isObject(value)) return 'an entry is not an object';
  const { kind, name, at } = value;
  if (typeof name !== 'string' || typeof at !== 'string' || Number.isNaN(Date.parse(at)))
    return 'an entry has no name or no date';
  switch (kind) {
    case 'substitute':
      return typeof value['by'] === 'string'
        ? { kind, name, by: value['by'], at }
        : `the substitute of ${name} is missing`;
    case 'registry':
      return parseRegistry(value, { name, at });
    case 'built':
      return parseBuilt(value, { name, at });
    default:
      return `${name} is of an unknown kind`;
  }
}

interface Heading {
  readonly name: string;
  readonly at: string;
}

function parseRegistry(
  { reference, image, allowedBy }: Readonly<Record<string, unknown>>,
  { name, at }: Heading,
): CatalogueEntry | string {
  if (typeof reference !== 'string' || (allowedBy !== 'operator' && allowedBy !== 'policy'))
    return `what ${name} was pulled by is missing`;
  if (image !== null && !isDigestValue(image)) return `the digest of ${name} is none`;
  return { kind: 'registry', name, reference, image, at, allowedBy };
}

function parseBuilt(
  { recipe, inputs, image }: Readonly<Record<string, unknown>>,
  { name, at }: Heading,
): CatalogueEntry | string {
  const parsed = parseRecipe(recipe);
  if (parsed === undefined || !isDigestValue(image) || !isDigestValue(inputs))
    return `the recipe or a digest of ${name} is missing`;
  return { kind: 'built', name, recipe: parsed, inputs, image, at };
}

function parseRecipe(value: unknown): Recipe | undefined {
  if (!isObject(value)) return undefined;
  if (value['kind'] === 'busybox') return { kind: 'busybox' };
  const { kind, suite, variant, include, isPatched } = value;
  if (kind !== 'debian' || typeof suite !== 'string' || typeof isPatched !== 'boolean') return undefined;
  if (variant !== 'essential' && variant !== 'apt' && variant !== 'minbase' && variant !== 'standard')
    return undefined;
  if (!Array.isArray(include) || !include.every((it) => typeof it === 'string')) return undefined;
  return { kind, suite, variant, include, isPatched };
}

function isDigestValue(value: unknown): value is Digest {
  return typeof value === 'string' && isDigest(value);
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

import { digestOf } from '../../core/digest.ts';
import { isDrydockError } from '../../core/errors.ts';
import type { BaseImage } from '../../core/ports.ts';
import { printable } from '../../core/printable.ts';
import { ageDays } from './age-days.ts';
import { buildBase } from './build-base.ts';
import { type CatalogueContext, canonical } from './catalogue-context.ts';
import type { CatalogueEntry } from './catalogue-entry.ts';
import { pullBase } from './pull-base.ts';
import { RECIPES } from './recipes.ts';

/** What becomes of a FROM outside the catalogue. Names are canonical. */
export interface BasePolicy {
  readonly unknown: 'pull' | 'refuse' | 'substitute';
  readonly substitutes: Readonly<Record<string, string>>;
  readonly staleAfterDays: number;
}

/** Which image a FROM is built on. */
export type BaseResolution =
  | {
      readonly kind: 'base';
      readonly image: BaseImage;
      readonly isSubstituted: boolean;
      /** What the report should say beside it, e.g. that the base is old. */
      readonly warnings: readonly string[];
    }
  /** `message` says what is allowed and how to allow more. */
  | { readonly kind: 'refused'; readonly message: string };

export interface BaseResolver {
  /** See `BaseCatalogue.resolve`. */
  resolve(reference: string, policy: BasePolicy): Promise<BaseResolution>;
}

/** Nothing at all, which every Dockerfile may start from. */
const SCRATCH: BaseImage = {
  name: 'scratch',
  digest: digestOf(''),
  address: 'scratch',
  origin: 'nothing',
  createdAt: new Date(0).toISOString(),
  sizeBytes: 0,
  onBuild: [],
};

/** A name that FROM says, and what the catalogue and the policy say of it. */
interface Question {
  readonly name: string;
  readonly policy: BasePolicy;
  readonly entries: ReadonlyMap<string, CatalogueEntry>;
}

export function createBaseResolver(context: CatalogueContext): BaseResolver {
  const fetchOnce = createFetchOnce();

  /** The image of a name that the catalogue holds; fetched when it is not here. */
  async function have(name: string, entry: CatalogueEntry | undefined): Promise<BaseImage> {
    const present = await context.store.find(name);
    if (present !== undefined && (entry === undefined || isImageOf(present, entry))) return present;
    return await fetchOnce(name, async () =>
      entry?.kind === 'registry'
        ? await pullBase(context, entry.reference, entry.allowedBy)
        : (await buildBase(context, { name })).image,
    );
  }

  async function fromCatalogue({ name, policy, entries }: Question): Promise<BaseResolution | undefined> {
    const entry = entries.get(name);
    if (!isAllowed(name, entry, policy)) return undefined;
    return base(await have(name, entry), { warnings: warningsOf(entry, policy, context.clock.now()) });
  }

  /** What the policy lets in from outside; undefined when it cannot be had and there is another way. */
  async function fromOutside({ name, policy, entries }: Question): Promise<BaseResolution | undefined> {
    if (policy.unknown !== 'pull') return undefined;
    try {
      return base(await fetchOnce(name, () => pullBase(context, name, 'policy')));
    } catch (error) {
      if (!isDrydockError(error, 'base-unavailable')) throw error;
      if (RECIPES[name] !== undefined) return base(await have(name, undefined));
      if (entries.get(name)?.kind !== 'substitute') throw error;
      return undefined;
    }
  }

  async function substituted({ name, policy, entries }: Question): Promise<BaseResolution | undefined> {
    const entry = entries.get(name);
    const listed = entry?.kind === 'substitute' ? entry.by : undefined;
    const by = (policy.unknown === 'substitute' ? policy.substitutes[name] : undefined) ?? listed;
    if (by === undefined) return undefined;
    // A substitute is never let in from outside, nor through another substitute.
    const found = await fromCatalogue({ name: by, policy: { ...policy, unknown: 'refuse' }, entries });
    if (found?.kind === 'base') return { ...found, isSubstituted: true };
    return refused(
      `FROM ${printable(name)} is to be substituted by ${printable(by)}, which is not in the catalogue. Run: drydock base pull ${printable(by)}`,
    );
  }

  return {
    async resolve(reference, policy) {
      if (reference === 'scratch') return base(SCRATCH);
      const name = nameOf(reference);
      if (typeof name !== 'string') return name;
      const question = { name, policy, entries: await context.file.read() };
      return (
        (await fromCatalogue(question)) ??
        (await fromOutside(question)) ??
        (await substituted(question)) ??
        refused(refusalOf(question))
      );
    },
  };
}

/** Jobs that need the same missing image at once wait for one fetch. */
function createFetchOnce(): (name: string, fetch: () => Promise<BaseImage>) => Promise<BaseImage> {
  const running = new Map<string, Promise<BaseImage>>();
  return async (name, fetch) => {
    const fetching = running.get(name) ?? fetch().finally(() => running.delete(name));
    running.set(name, fetching);
    return await fetching;
  };
}

function nameOf(reference: string): string | BaseResolution {
  try {
    return canonical(reference);
  } catch (error) {
    if (isDrydockError(error, 'input-invalid')) return refused(error.message);
    throw error;
  }
}

function isImageOf(image: BaseImage, entry: CatalogueEntry): boolean {
  return entry.kind !== 'substitute' && entry.image === image.digest;
}

/** What lies in the store only because a lenient policy let it in is not there for a stricter one. */
function isAllowed(name: string, entry: CatalogueEntry | undefined, { unknown }: BasePolicy): boolean {
  if (entry === undefined) return RECIPES[name] !== undefined && unknown !== 'pull';
  if (entry.kind === 'registry') return entry.allowedBy === 'operator' || unknown === 'pull';
  return entry.kind === 'built';
}

function base(
  image: BaseImage,
  { warnings }: { warnings: readonly string[] } = { warnings: [] },
): BaseResolution {
  return { kind: 'base', image, isSubstituted: false, warnings };
}

function refused(message: string): BaseResolution {
  return { kind: 'refused', message };
}

function warningsOf(entry: CatalogueEntry | undefined, policy: BasePolicy, now: Date): readonly string[] {
  const days = entry === undefined ? 0 : ageDays(entry.at, now);
  if (entry === undefined || days <= policy.staleAfterDays) return [];
  const verb = entry.kind === 'built' ? 'build' : 'pull';
  return [
    `The base image ${entry.name} is ${days} days old; the policy wants it renewed after ${policy.staleAfterDays}. Run: drydock base ${verb} ${entry.name}`,
  ];
}

const SHOWN_NAMES = 12;

function refusalOf({ name, entries }: Question): string {
  const listed = [...entries.values()].filter(
    (entry) => entry.kind !== 'registry' || entry.allowedBy === 'operator',
  );
  const names = [...new Set([...Object.keys(RECIPES), ...listed.map((entry) => entry.name)])].sort();
  const shown = names.slice(0, SHOWN_NAMES).map(shorten).join(', ');
  const more = names.length > SHOWN_NAMES ? ` and ${names.length - SHOWN_NAMES} more` : '';
  return `FROM ${printable(name)} names an image outside the catalogue. Allowed are scratch, ${shown}${more}. Whoever runs this Drydock can add it: drydock base pull ${printable(name)}`;
}

/** As people write it. */
function shorten(name: string): string {
  return name.replace(/^docker\.io\/(?:library\/)?/, '');
}

import { readFile } from 'node:fs/promises';
import { digestOf } from '../../core/digest.ts';
import { DrydockError } from '../../core/errors.ts';
import { parseImageReference } from '../../core/image-reference.ts';
import type { BaseImage, BaseStore } from '../../core/ports.ts';

/** Base images by name only. `pull` gives what `registry` has. */
export function createFakeBaseStore(
  bases: readonly BaseImage[],
  registry: ReadonlyMap<string, BaseImage>,
): BaseStore {
  const held = new Map(bases.map((base) => [base.name, base]));
  let imports = 0;
  return {
    list: async () => [...held.values()],
    find: async (name) => held.get(name),
    async importRootfs({ name, tarPath, origin }) {
      const content = await readFile(tarPath);
      imports += 1;
      const digest = digestOf(Buffer.concat([content, Buffer.from(`${name} ${imports}`)]));
      const createdAt = new Date().toISOString();
      const sizeBytes = content.length;
      const base: BaseImage = { name, digest, address: digest, origin, createdAt, sizeBytes, onBuild: [] };
      held.set(name, base);
      return base;
    },
    async pull({ reference, name }) {
      parseImageReference(reference);
      const found = registry.get(reference);
      if (found === undefined)
        throw new DrydockError(
          'base-unavailable',
          `The fake registry was asked for ${reference}; it has none.`,
        );
      const base = { ...found, name };
      held.set(name, base);
      return base;
    },
    remove: async (name) => held.delete(name),
  };
}

/** A base image for tests that need one by name. */
export function fakeBase(name: string, change: Partial<BaseImage> = {}): BaseImage {
  const digest = digestOf(name);
  return {
    name,
    digest,
    address: digest,
    origin: 'made up for a test',
    createdAt: '2026-01-01T00:00:00.000Z',
    sizeBytes: 1_000_000,
    onBuild: [],
    ...change,
  };
}

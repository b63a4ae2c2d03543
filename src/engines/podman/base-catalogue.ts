import { randomUUID } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { isDigest } from '../../core/digest.ts';
import { DrydockError } from '../../core/errors.ts';
import type { BaseImage } from '../../core/ports.ts';

export interface BaseCatalogue {
  read(): Promise<readonly BaseImage[]>;
  put(base: BaseImage): Promise<void>;
  remove(name: string): Promise<boolean>;
}

/** The bases by name, in one file that is replaced whole and that no engine can write. */
export function createBaseCatalogue(path: string): BaseCatalogue {
  let writing: Promise<unknown> = Promise.resolve();

  async function read(): Promise<readonly BaseImage[]> {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '[]';
      throw new DrydockError('engine-failed', `The base catalogue ${path} could not be read.`, {
        cause: error,
      });
    });
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every(isBaseImage)) return list;
    throw new DrydockError(
      'engine-failed',
      `A list of base images was expected in ${path}. Remove it and import again.`,
    );
  }

  async function change<T>(
    edit: (bases: readonly BaseImage[]) => { readonly bases: readonly BaseImage[]; readonly result: T },
  ): Promise<T> {
    const turn = writing.then(async () => {
      const { bases, result } = edit(await read());
      const fresh = `${path}.${randomUUID()}`;
      await writeFile(fresh, `${JSON.stringify(bases, null, 2)}\n`, { mode: 0o600 });
      await rename(fresh, path);
      return result;
    });
    writing = turn.catch(() => undefined);
    return await turn;
  }

  return {
    read,
    put: (base) =>
      change((bases) => ({
        bases: [...bases.filter(({ name }) => name !== base.name), base],
        result: undefined,
      })),
    remove: (name) =>
      change((bases) => ({
        bases: bases.filter((base) => base.name !== name),
        result: bases.some((base) => base.name === name),
      })),
  };
}

function isBaseImage(value: unknown): value is BaseImage {
  if (typeof value !== 'object' || value === null) return false;
  const fields: ReadonlyMap<string, unknown> = new Map(Object.entries(value));
  const hasTexts = ['name', 'address', 'origin', 'createdAt'].every(
    (key) => typeof fields.get(key) === 'string',
  );
  const digest = fields.get('digest');
  return (
    hasTexts &&
    typeof digest === 'string' &&
    isDigest(digest) &&
    typeof fields.get('sizeBytes') === 'number' &&
    Array.isArray(fields.get('onBuild'))
  );
}

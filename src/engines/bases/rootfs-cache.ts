import { createReadStream, createWriteStream } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress, createZstdDecompress } from 'node:zlib';
import { type Digest, digestOf, isDigest } from '../../core/digest.ts';
import { type Recipe, recipeKey } from './recipes.ts';
import { findStaleFolders } from './stale-folders.ts';

/** How many root filesystems of one recipe are kept. */
const KEPT = 2;
const PREFIX = 'drydock-tar-';

/** A plain tar on disk, gone when disposed. */
export interface TarFile extends AsyncDisposable {
  readonly path: string;
}

/** Root filesystems that were made before, compressed, by recipe and inputs. */
export interface RootfsCache {
  get(recipe: Recipe, inputs: Digest): Promise<TarFile | undefined>;
  /** Runs `make`, which writes the tar at the path it is given, and keeps a compressed copy. */
  add(recipe: Recipe, inputs: Digest, make: (tarPath: string) => Promise<void>): Promise<TarFile>;
  /** The inputs of the youngest one of this recipe, for when nothing can be asked. */
  newest(recipe: Recipe): Promise<Digest | undefined>;
}

/** A cache in a folder of its own. What is damaged is made anew. */
export function createRootfsCache({
  folder,
  workDir,
}: {
  readonly folder: string;
  readonly workDir: string;
}): RootfsCache {
  const fileOf = (recipe: Recipe, inputs: Digest): string =>
    join(folder, `${prefixOf(recipe)}${inputs.slice('sha256:'.length)}.tar.zst`);
  return {
    async get(recipe, inputs) {
      const file = fileOf(recipe, inputs);
      if ((await stat(file).catch(() => undefined)) === undefined) return undefined;
      const tar = await createTarFile(workDir);
      try {
        await pipeline(
          createReadStream(file),
          createZstdDecompress(),
          createWriteStream(tar.path, { flags: 'wx', mode: 0o644 }),
        );
        await utimes(file, new Date(), new Date());
        return tar;
      } catch {
        await tar[Symbol.asyncDispose]();
        await rm(file, { force: true });
        return undefined;
      }
    },
    async add(recipe, inputs, make) {
      const tar = await createTarFile(workDir);
      try {
        await make(tar.path);
        await mkdir(folder, { recursive: true });
        const file = fileOf(recipe, inputs);
        const part = `${file}.${process.pid}`;
        await pipeline(createReadStream(tar.path), createZstdCompress(), createWriteStream(part));
        await rename(part, file);
        await forgetOld(folder, prefixOf(recipe));
        return tar;
      } catch (error) {
        await tar[Symbol.asyncDispose]();
        throw error;
      }
    },
    async newest(recipe) {
      const prefix = prefixOf(recipe);
      const [first] = await byAge(folder, prefix);
      const digest = `sha256:${first?.slice(prefix.length, -'.tar.zst'.length)}`;
      return isDigest(digest) ? digest : undefined;
    },
  };
}

function prefixOf(recipe: Recipe): string {
  const name = recipe.kind === 'busybox' ? 'busybox' : recipe.suite;
  return `${name}-${digestOf(recipeKey(recipe)).slice('sha256:'.length, 19)}-`;
}

async function createTarFile(workDir: string): Promise<TarFile> {
  for (const stale of await findStaleFolders(workDir, PREFIX))
    await rm(stale, { recursive: true, force: true });
  const folder = await mkdtemp(join(workDir, PREFIX));
  // An engine may read it as another account.
  await chmod(folder, 0o755);
  return {
    path: join(folder, 'rootfs.tar'),
    [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }),
  };
}

async function forgetOld(folder: string, prefix: string): Promise<void> {
  for (const name of (await byAge(folder, prefix)).slice(KEPT)) await rm(join(folder, name), { force: true });
}

/** File names of one recipe, youngest first. */
async function byAge(folder: string, prefix: string): Promise<readonly string[]> {
  const names = (await readdir(folder).catch(() => [])).filter(
    (name) => name.startsWith(prefix) && name.endsWith('.tar.zst'),
  );
  const aged = await Promise.all(
    names.map(async (name) => ({ name, mtimeMs: (await stat(join(folder, name))).mtimeMs })),
  );
  return aged.sort((a, b) => b.mtimeMs - a.mtimeMs).map(({ name }) => name);
}

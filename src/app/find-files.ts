import type { Dirent } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DrydockError } from '../core/errors.ts';

const SKIPPED = new Set(['.git', 'node_modules', '.drydock', '.hg', '.svn']);
/** A tree deeper than that is a loop of mounts or somebody's joke. */
const MAX_DEPTH = 40;

/** Whether a file of this name is a Dockerfile: `Dockerfile`, `Dockerfile.x`, `x.Dockerfile`, `Containerfile` and their like. */
export function isDockerfileName(name: string): boolean {
  return (
    /^(Dockerfile|Containerfile)(\..+)?$|\.(Dockerfile|Containerfile)$/i.test(name) &&
    !/\.dockerignore$/i.test(name)
  );
}

/**
 * The files to audit below `paths`, sorted, as paths relative to how they were named. A named file is taken whatever
 * it is called; folders are searched by name, without following links. Throws `file-unreadable`.
 */
export async function findFiles(paths: readonly string[], cwd: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const path of paths) {
    const isFolder = await stat(resolve(cwd, path)).then(
      (it) => it.isDirectory(),
      (error: unknown) => {
        throw new DrydockError(
          'file-unreadable',
          `A file or folder was expected at ${path}, there is nothing to read.`,
          { cause: error },
        );
      },
    );
    if (isFolder) await search({ cwd, found }, path, 0);
    else found.push(path);
  }
  return [...new Set(found)];
}

async function search(
  into: { readonly cwd: string; readonly found: string[] },
  folder: string,
  depth: number,
): Promise<void> {
  if (depth > MAX_DEPTH) return;
  const entries = await readdir(resolve(into.cwd, folder), { withFileTypes: true }).catch(
    (error: unknown): Dirent[] => {
      if (depth > 0) return [];
      throw new DrydockError(
        'file-unreadable',
        `The folder ${folder} was expected to be readable. Check its permissions.`,
        { cause: error },
      );
    },
  );
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !SKIPPED.has(entry.name)) await search(into, path, depth + 1);
    else if (entry.isFile() && isDockerfileName(entry.name)) into.found.push(path);
  }
}

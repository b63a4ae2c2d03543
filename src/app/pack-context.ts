import { lstat, readdir, readFile, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { createGzip } from 'node:zlib';
import dockerignore from '@balena/dockerignore';
import { type Pack, pack } from 'tar-stream';
import { DrydockError } from '../core/errors.ts';
import type { IntakeLimits } from '../core/limits.ts';

/**
 * A folder as a build context: base64 of a gzipped tar, without what `.dockerignore` leaves out, in a stable order.
 * The folder is the caller's own. Throws `context-too-large` before more than the limit is read, `file-unreadable`.
 */
export async function packContext(
  folder: string,
  limits: Pick<IntakeLimits, 'contextBytes' | 'contextEntries'>,
): Promise<string> {
  const rules = dockerignore
    .default()
    .add(await readFile(join(folder, '.dockerignore'), 'utf8').catch(() => ''));
  const archive = pack();
  const gzip = createGzip({ level: 6 });
  const chunks: Buffer[] = [];
  const drained = (async () => {
    for await (const chunk of archive.pipe(gzip)) chunks.push(Buffer.from(chunk));
  })();
  const sum = { entries: 0, bytes: 0 };
  try {
    for await (const path of walk(folder, '')) {
      if (rules.ignores(path)) continue;
      sum.entries += 1;
      sum.bytes += await addEntry(archive, folder, path);
      if (sum.entries > limits.contextEntries || sum.bytes > limits.contextBytes) {
        throw new DrydockError(
          'context-too-large',
          `A build context of at most ${limits.contextBytes} bytes in ${limits.contextEntries} entries was expected, ${folder} holds more. Leave out what the build does not need in .dockerignore.`,
        );
      }
    }
    archive.finalize();
  } catch (error) {
    archive.destroy();
    gzip.destroy();
    await drained.catch(() => undefined);
    throw error;
  }
  await drained;
  return Buffer.concat(chunks).toString('base64');
}

async function* walk(folder: string, below: string): AsyncGenerator<string> {
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch((error: unknown) => {
    throw new DrydockError(
      'file-unreadable',
      `The folder ${join(folder, below)} was expected to be readable. Check its permissions.`,
      { cause: error },
    );
  });
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    yield path;
    if (entry.isDirectory()) yield* walk(folder, path);
  }
}

async function addEntry(archive: Pack, folder: string, path: string): Promise<number> {
  const full = join(folder, path);
  const stat = await lstat(full);
  const header = { name: path, mode: stat.mode & 0o777, mtime: stat.mtime };
  if (stat.isDirectory()) archive.entry({ ...header, type: 'directory' });
  else if (stat.isSymbolicLink())
    archive.entry({ ...header, type: 'symlink', linkname: await readlink(full) });
  else if (stat.isFile()) {
    const content = await readFile(full);
    archive.entry(header, content);
    return content.length;
  }
  return 0;
}

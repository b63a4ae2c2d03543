import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';

/** A build context as a tar on disk, removed when it is disposed. */
export async function writeContext(
  files: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { readonly path: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'drydock-context-'));
  const path = join(folder, 'context.tar');
  const tar = pack();
  const written = pipeline(tar, createWriteStream(path));
  for (const [name, text] of Object.entries(files)) tar.entry({ name }, text);
  tar.finalize();
  await written;
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

import { constants } from 'node:fs';
import { type FileHandle, open, stat } from 'node:fs/promises';
import { arch } from 'node:process';
import type { Digest } from '../core/digest.ts';
import { DrydockError, isDrydockError } from '../core/errors.ts';
import type { OpenImage } from '../core/ports.ts';
import { createArchiveFiles } from './archive-files.ts';
import { type Blobs, openFolderBlobs, openTarBlobs } from './blobs.ts';
import { readManifest } from './manifest.ts';

/** An image out of an archive or an OCI layout, and what the archive says of it. */
export interface OpenArchive extends OpenImage {
  /** The image's id: the digest of its configuration. */
  readonly digest: Digest;
  /** What the archive calls it, e.g. `docker.io/library/app:1`. Untrusted, may be empty. */
  readonly names: readonly string[];
  /** ISO 8601 as the image says, or empty. Untrusted. */
  readonly createdAt: string;
}

/**
 * Opens the one image in a plain tar or folder: an OCI layout (`podman save --format oci-archive`, `skopeo copy`), or a
 * Docker archive (`docker save`, `podman save`). Every layer is checked against its digests whenever it is read.
 * `platform` chooses among several, e.g. `linux/arm64`; default: this machine's.
 * Throws `file-unreadable`, and `input-invalid` for what is no such archive, damaged, or hostile.
 */
export async function openArchive(
  path: string,
  { platform = `linux/${arch === 'x64' ? 'amd64' : arch}` }: { readonly platform?: string } = {},
): Promise<OpenArchive> {
  const blobs = await openBlobs(path);
  try {
    const { config, layers, digest, names, createdAt } = await readManifest(blobs, platform);
    return {
      config,
      digest,
      names,
      createdAt,
      files: createArchiveFiles(blobs, layers),
      [Symbol.asyncDispose]: () => blobs[Symbol.asyncDispose](),
    };
  } catch (error) {
    await blobs[Symbol.asyncDispose]();
    throw error;
  }
}

/** Whether a folder is an OCI layout rather than a root filesystem. */
export async function isOciLayout(folder: string): Promise<boolean> {
  return (await openFolderBlobs(folder).size('oci-layout')) !== undefined;
}

async function openBlobs(path: string): Promise<Blobs> {
  let file: FileHandle | undefined;
  try {
    if ((await stat(path)).isDirectory()) return openFolderBlobs(path);
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    if (!(await file.stat()).isFile()) throw new Error('it is not a regular file');
    await assertPlain(file, path);
    return await openTarBlobs(file);
  } catch (error) {
    await file?.close();
    if (isDrydockError(error)) throw error;
    throw new DrydockError(
      'file-unreadable',
      `An image archive was expected at ${path}, it could not be read.`,
      { cause: error },
    );
  }
}

/** Blobs are read from where they stand, which a compressed archive does not let. */
async function assertPlain(file: FileHandle, path: string): Promise<void> {
  const start = Buffer.alloc(6);
  await file.read(start, 0, 6, 0);
  const magic = start.toString('hex');
  for (const [tool, bytes] of Object.entries({ gunzip: '1f8b', unzstd: '28b52ffd', unxz: 'fd377a585a00' }))
    if (magic.startsWith(bytes))
      throw new DrydockError(
        'input-invalid',
        `An image archive that is not compressed as a whole was expected at ${path}. Unpack it first, e.g. with ${tool}.`,
      );
}

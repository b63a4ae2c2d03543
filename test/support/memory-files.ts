import type { CollectedFile, ImageFiles, Wants } from '../../src/core/ports.ts';
import { createWantedPath } from '../../src/image/wanted-path.ts';

/** What a path of the table holds; `null` is one that can't be read, also a folder. */
export type MemoryFiles = Readonly<Record<string, string | Uint8Array | null>>;

/** An image's files out of a table. */
export function createMemoryFiles(table: MemoryFiles): ImageFiles {
  return {
    async *collect(wants): AsyncGenerator<CollectedFile> {
      const isWanted = createWantedPath(wants);
      for (const [path, given] of Object.entries(table))
        if (given === null) yield { kind: 'unreadable', path, why: 'EACCES: permission denied' };
        else if (isWanted(path)) yield fileOf(path, Buffer.from(given), wants);
    },
  };
}

function fileOf(path: string, bytes: Uint8Array, { maxFileBytes }: Wants): CollectedFile {
  const content = bytes.length > maxFileBytes ? null : bytes;
  return { kind: 'file', path, sizeBytes: bytes.length, content };
}

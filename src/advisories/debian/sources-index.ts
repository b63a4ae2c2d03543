import { compareDpkgVersions } from '../versions/dpkg.ts';
import { createDeb822Reader, type Paragraph } from './deb822.ts';

/** The newest version of a source package in a suite, and the files that hold its changelog, the best first. */
export interface SourcePackage {
  readonly version: string;
  readonly changelogs: readonly ChangelogFile[];
}

/** A file of the archive that a changelog can be read from. `path` is below the archive's root. */
export interface ChangelogFile {
  readonly path: string;
  readonly sha256: string;
  readonly sizeBytes: number;
}

const FIELDS = new Set(['package', 'version', 'directory', 'checksums-sha256']);
/** Debian's whole main archive has some 40,000 sources. */
const MAX_SOURCES = 200_000;

/**
 * Reads a Sources index whose checksum was checked, as it comes, into `into`: of each source package the newest
 * version. Untrusted all the same: entries with odd names or paths are skipped.
 */
export async function readSourcesIndex(
  chunks: AsyncIterable<Uint8Array>,
  into: Map<string, SourcePackage>,
): Promise<void> {
  const decoder = new TextDecoder();
  const reader = createDeb822Reader(FIELDS, (paragraph) => keepNewest(paragraph, into));
  for await (const chunk of chunks) reader.push(decoder.decode(chunk, { stream: true }));
  reader.push(decoder.decode());
  reader.end();
}

function keepNewest(paragraph: Paragraph, into: Map<string, SourcePackage>): void {
  const name = paragraph.get('package') ?? '';
  const version = paragraph.get('version') ?? '';
  if (!/^[a-z0-9][a-z0-9+.-]{1,127}$/.test(name) || !/^[0-9A-Za-z.+:~-]{1,200}$/.test(version)) return;
  const known = into.get(name);
  if (known !== undefined && compareDpkgVersions(known.version, version) >= 0) return;
  if (known === undefined && into.size >= MAX_SOURCES) return;
  into.set(name, { version, changelogs: findChangelogFiles(paragraph) });
}

/** Kinds of source files that hold `debian/changelog`, the smallest first. Source: dpkg-source(1), formats 1.0 and 3.0. */
const HOLDERS = [/\.debian\.tar\.(?:xz|gz)$/, /\.diff\.gz$/, /\.tar\.(?:xz|gz)$/];

function findChangelogFiles(paragraph: Paragraph): readonly ChangelogFile[] {
  const directory = paragraph.get('directory') ?? '';
  const files = (paragraph.get('checksums-sha256') ?? '').split('\n').flatMap((line) => {
    const match = /^([0-9a-f]{64})\s+(\d{1,12})\s+(\S+)$/.exec(line);
    const [, sha256 = '', size = '', name = ''] = match ?? [];
    const path = `${directory}/${name}`;
    if (match === null || name.includes('/') || !isPoolPath(path)) return [];
    return [{ path, sha256, sizeBytes: Number(size) }];
  });
  for (const holder of HOLDERS) {
    const found = files.find(({ path }) => holder.test(path) && !/\.orig(?:-[^/]*)?\.tar\./.test(path));
    if (found !== undefined) return [found];
  }
  return [];
}

/** Whether a path of an index stays below the archive's root. */
export function isPoolPath(path: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9+._~/-]{0,500}$/.test(path) && !path.includes('..');
}

import { createDeb822Reader, type Paragraph } from './deb822.ts';
import { type ChangelogFile, isPoolPath, type SourcePackage } from './sources-index.ts';

const FIELDS = new Set(['package', 'version', 'source', 'filename', 'size', 'sha256']);
/** Some packages only link to another's documentation, so more than one is kept. */
const MAX_DEBS = 3;
/** Below, a package holds nothing but its dependencies. */
const MIN_DEB_BYTES = 4096;

/**
 * Reads a Packages index whose checksum was checked, as it comes: each source package of `sources` gets the smallest of
 * its binary packages as further files that hold its changelog (mirrors do not always carry the sources).
 */
export async function readPackagesIndex(
  chunks: AsyncIterable<Uint8Array>,
  sources: Map<string, SourcePackage>,
): Promise<void> {
  const debs = new Map<string, ChangelogFile[]>();
  const decoder = new TextDecoder();
  const reader = createDeb822Reader(FIELDS, (paragraph) => keepDeb(paragraph, sources, debs));
  for await (const chunk of chunks) reader.push(decoder.decode(chunk, { stream: true }));
  reader.push(decoder.decode());
  reader.end();
  for (const [name, files] of debs) {
    const source = sources.get(name);
    const smallest = files.sort((a, b) => a.sizeBytes - b.sizeBytes).slice(0, MAX_DEBS);
    if (source !== undefined)
      sources.set(name, { ...source, changelogs: [...source.changelogs, ...smallest] });
  }
}

function keepDeb(
  paragraph: Paragraph,
  sources: ReadonlyMap<string, SourcePackage>,
  debs: Map<string, ChangelogFile[]>,
): void {
  const own = { name: paragraph.get('package') ?? '', version: paragraph.get('version') ?? '' };
  const match = /^(\S+)(?: \(([^)]*)\))?$/.exec(paragraph.get('source') ?? own.name);
  const name = match?.[1] ?? '';
  const path = paragraph.get('filename') ?? '';
  const sha256 = paragraph.get('sha256') ?? '';
  const sizeBytes = Number(paragraph.get('size'));
  const isNewest = sources.get(name)?.version === (match?.[2] ?? own.version);
  const isUsable =
    path.endsWith('.deb') && isPoolPath(path) && /^[0-9a-f]{64}$/.test(sha256) && sizeBytes >= MIN_DEB_BYTES;
  if (!isNewest || !isUsable) return;
  const files = debs.get(name) ?? [];
  files.push({ path, sha256, sizeBytes });
  debs.set(name, files);
}

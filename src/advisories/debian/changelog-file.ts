import { type Extract, extract } from 'tar-stream';
import type { XzDecoder } from '../../core/ports.ts';
import { decompress } from './decompress.ts';

const MIB = 1024 * 1024;
const MAX_UNPACKED_BYTES = 256 * MIB;
const MAX_CHANGELOG_BYTES = 16 * MIB;
/** So many members an `ar` archive may have; a .deb has three. */
const MAX_MEMBERS = 20;

/**
 * The changelog in a file of a source package (`.debian.tar.xz`, `.diff.gz`, a native `.tar.xz`), or '' when there is
 * none. Untrusted, bounded. Throws `advisories-unavailable` for damaged input.
 */
export async function changelogOfSource(
  name: string,
  content: Uint8Array,
  { xz, signal }: { readonly xz: XzDecoder; readonly signal: AbortSignal },
): Promise<string> {
  const chunks = decompress({ name, content, maxBytes: MAX_UNPACKED_BYTES }, xz, signal);
  if (name.endsWith('.diff.gz')) return fromDiff(chunks);
  return (await fromTar(chunks, /^(?:\.\/)?(?:[^/]+\/)?debian\/changelog$/)).toString('utf8');
}

/** The changelog in a binary package, or ''. Untrusted, bounded. Source: deb(5), Debian policy 12.7. */
export async function changelogOfDeb(
  content: Uint8Array,
  xz: XzDecoder,
  signal: AbortSignal,
): Promise<string> {
  const data = findMember(Buffer.from(content.buffer, content.byteOffset, content.byteLength), /^data\.tar/);
  if (data === undefined) return '';
  const chunks = decompress({ ...data, maxBytes: MAX_UNPACKED_BYTES }, xz, signal);
  const packed = await fromTar(chunks, /^(?:\.\/)?usr\/share\/doc\/[^/]+\/changelog(?:\.Debian)?\.gz$/);
  if (packed.length === 0) return '';
  const request = { name: 'changelog.gz', content: packed, maxBytes: MAX_CHANGELOG_BYTES };
  return Buffer.concat(await Array.fromAsync(decompress(request, xz, signal))).toString('utf8');
}

/** A member of an `ar` archive by its name. Source: ar(5). */
function findMember(
  archive: Buffer,
  wanted: RegExp,
): { readonly name: string; readonly content: Uint8Array } | undefined {
  if (archive.toString('latin1', 0, 8) !== '!<arch>\n') return undefined;
  let at = 8;
  for (let count = 0; count < MAX_MEMBERS && at + 60 <= archive.length; count += 1) {
    const name = archive.toString('latin1', at, at + 16).replace(/\/?\s*$/, '');
    const size = Number.parseInt(archive.toString('latin1', at + 48, at + 58), 10);
    if (!(size >= 0)) return undefined;
    const content = archive.subarray(at + 60, at + 60 + size);
    if (wanted.test(name)) return { name, content };
    at += 60 + size + (size % 2);
  }
  return undefined;
}

/** The first file of a tar whose name is wanted; empty when there is none. What follows it is not unpacked. */
async function fromTar(chunks: AsyncIterable<Uint8Array>, wanted: RegExp): Promise<Buffer> {
  const extractor = extract();
  const fed = feed(chunks, extractor);
  try {
    for await (const entry of extractor) {
      if (entry.header.type === 'file' && wanted.test(entry.header.name)) return await readBounded(entry);
      entry.resume();
    }
    return Buffer.alloc(0);
  } finally {
    extractor.destroy();
    await fed;
  }
}

/**
 * Writes the chunks until they end or nobody takes them any more; what goes wrong is the reader's to see. The chunks are
 * iterated, not piped: a source that is destroyed while it is read rejects where nobody listens.
 */
async function feed(chunks: AsyncIterable<Uint8Array>, extractor: Extract): Promise<void> {
  const closed = new Promise<void>((resolve) => extractor.once('close', () => resolve()));
  try {
    for await (const chunk of chunks) {
      if (extractor.destroyed) return;
      if (extractor.write(chunk)) continue;
      await Promise.race([new Promise<void>((resolve) => extractor.once('drain', () => resolve())), closed]);
    }
    extractor.end(undefined);
  } catch (error) {
    extractor.destroy(error instanceof Error ? error : new Error(String(error)));
  }
}

/** What is longer is cut: the newest entries stand first. */
async function readBounded(entry: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of entry) {
    if (!(chunk instanceof Uint8Array)) continue;
    size += chunk.byteLength;
    if (size <= MAX_CHANGELOG_BYTES) chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The added lines of `debian/changelog` in a diff of format 1.0. */
async function fromDiff(chunks: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  const added: string[] = [];
  let rest = '';
  let isInside = false;
  const takeLine = (line: string): void => {
    if (line.startsWith('--- ')) isInside = false;
    else if (line.startsWith('+++ ')) isInside = /\/debian\/changelog(?:\s|$)/.test(line);
    else if (isInside && line.startsWith('+')) added.push(line.slice(1));
  };
  for await (const chunk of chunks) {
    const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
    rest = (lines.pop() ?? '').slice(0, 64 * 1024);
    for (const line of lines) takeLine(line);
  }
  return added.join('\n').slice(0, MAX_CHANGELOG_BYTES);
}

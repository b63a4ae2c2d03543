import type { Readable } from 'node:stream';
import { type Extract, extract } from 'tar-stream';
import type { CollectedFile, Wants } from '../../core/ports.ts';
import { entryPath } from './export-index.ts';

const MAX_ENTRIES = 2_000_000;
const MAX_GIVEN = 200_000;
/** What Docker lays over every container: what the image itself has there is not seen. */
const OVERLAID = new Set(['/.dockerenv', '/etc/hostname', '/etc/hosts', '/etc/resolv.conf']);
const NOT_REGULAR: Readonly<Record<string, string>> = {
  directory: 'it is a folder, not a regular file',
  fifo: 'it is a FIFO, not a regular file',
  'character-device': 'it is a device, not a regular file',
  'block-device': 'it is a device, not a regular file',
};

type Entry = Extract extends AsyncIterable<infer E> ? E : never;

/** Opens the root once more as a plain tar. Whoever reads it destroys it. */
export type OpenExport = () => Promise<Readable>;

export interface LinkEntry {
  readonly path: string;
  readonly type: 'symlink' | 'link';
  readonly target: string;
}

export interface ExportPass {
  readonly wants: Wants;
  /** What may still be read and given; shared by the passes of one walk. */
  readonly budget: { leftBytes: number; given: Set<string> };
  /** Under which names what stands at this path is to be given. */
  readonly namesOf: (path: string) => readonly string[];
  readonly onLink: (entry: LinkEntry) => void;
}

/** One way through the tar of a root. Throws when the tar is broken, or when it gives more than it may. */
export async function* passExport(open: OpenExport, pass: ExportPass): AsyncGenerator<CollectedFile> {
  const tar = await open();
  const entries = tar.pipe(extract());
  tar.once('error', (error) => entries.destroy(error));
  tar.once('close', () => {
    if (!tar.readableEnded) entries.destroy(new Error('the image could not be read to its end'));
  });
  let count = 0;
  try {
    for await (const entry of entries) {
      count += 1;
      if (count > MAX_ENTRIES) throw new Error(`there are more than ${MAX_ENTRIES} files and folders`);
      yield* passEntry(entry, pass);
    }
  } finally {
    tar.destroy();
    entries.destroy();
  }
}

async function* passEntry(entry: Entry, pass: ExportPass): AsyncGenerator<CollectedFile> {
  const { type, name, linkname } = entry.header;
  const path = entryPath(name);
  const isLink = type === 'symlink' || type === 'link';
  if (path !== undefined && isLink) pass.onLink({ path, type, target: linkname ?? '' });
  const names = path === undefined || isLink ? [] : pass.namesOf(path);
  for (const given of names) pass.budget.given.add(given);
  if (pass.budget.given.size > MAX_GIVEN) throw new Error(`more than ${MAX_GIVEN} files are wanted`);
  const why =
    path !== undefined && OVERLAID.has(path) ? 'Docker hides it behind a file of its own' : NOT_REGULAR[type];
  if (names.length === 0) entry.resume();
  else if (why !== undefined) yield* refuse(entry, names, { pass, why });
  else yield* give(entry, names, pass);
}

function* refuse(
  entry: Entry,
  names: readonly string[],
  { pass, why }: { readonly pass: ExportPass; readonly why: string },
): Generator<CollectedFile> {
  entry.resume();
  for (const path of names) {
    // A folder of a wanted file's name is nothing odd.
    const isExpected = entry.header.type === 'directory' && !pass.wants.paths.includes(path);
    if (!isExpected) yield { kind: 'unreadable', path, why };
  }
}

async function* give(
  entry: Entry,
  names: readonly string[],
  { wants, budget }: ExportPass,
): AsyncGenerator<CollectedFile> {
  const sizeBytes = entry.header.size ?? 0;
  const isSmall = sizeBytes <= wants.maxFileBytes;
  if (isSmall) budget.leftBytes -= sizeBytes * names.length;
  if (budget.leftBytes < 0)
    throw new Error(`the wanted files have more than ${wants.maxTotalBytes} bytes together`);
  const content = isSmall ? await readAll(entry) : null;
  if (!isSmall) entry.resume();
  for (const path of names) yield { kind: 'file', path, sizeBytes, content };
}

async function readAll(entry: AsyncIterable<unknown>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(chunk);
  return Buffer.concat(chunks);
}

import type { Readable } from 'node:stream';
import { extract, type Header } from 'tar-stream';
import type { CollectedFile, Wants } from '../../core/ports.ts';
import { type ExportIndex, entryPath, resolveInIndex } from './export-index.ts';
import { createMatcher } from './wants-matcher.ts';

const MAX_ENTRIES = 2_000_000;
const MAX_INDEX_CHARACTERS = 64 * 2 ** 20;
const NOT_REGULAR: Readonly<Record<string, string>> = {
  directory: 'a folder',
  fifo: 'a FIFO',
  'character-device': 'a device',
  'block-device': 'a device',
};

/** Opens the root once more as a plain tar. Whoever reads it destroys it. */
export type OpenExport = () => Promise<Readable>;

/**
 * Every wanted file of a root that comes as a tar. A first pass gives what is wanted under its own name and learns
 * the links; a second one, only when links lead to something wanted, gives that. Nothing is unpacked.
 */
export async function* walkExport(open: OpenExport, wants: Wants): AsyncGenerator<CollectedFile> {
  const index: ExportIndex = { symbolicLinks: new Map(), hardLinks: new Map() };
  const isMatched = createMatcher(wants);
  const paths = new Set(wants.paths);
  const given = new Set<string>();
  const folders = new Map<string, string[]>();
  const budget = { leftBytes: wants.maxTotalBytes };
  const isWanted = (path: string): boolean => paths.has(path) || isMatched(path);
  const wantedLinks: string[] = [];
  try {
    yield* pass(open, {
      wants,
      budget,
      namesOf: (path) => (isWanted(path) ? [path] : []),
      onGiven: (path) => given.add(path),
      onLink: createLinkKeeper(index, (path) => {
        if (isWanted(path)) wantedLinks.push(path);
      }),
    });
    const targets = resolveTargets({ wants, index, given, wantedLinks, folders });
    for (const path of targets.loops)
      yield { kind: 'unreadable', path, why: 'it goes through too many symbolic links' };
    if (targets.names.size === 0 && folders.size === 0) return;
    yield* pass(open, {
      wants,
      budget,
      namesOf: (path) => namesIn(path, targets.names, folders).filter((name) => !given.has(name)),
      onGiven: (path) => given.add(path),
      onLink: () => undefined,
    });
  } catch (error) {
    // What was not read is said to be, whatever the reason.
    yield { kind: 'unreadable', path: '/', why: error instanceof Error ? error.message : String(error) };
  }
}

interface Pass {
  readonly wants: Wants;
  readonly budget: { leftBytes: number };
  /** Under which names a regular file at this path is to be given. */
  readonly namesOf: (path: string) => readonly string[];
  readonly onGiven: (path: string) => void;
  readonly onLink: (entry: {
    readonly path: string;
    readonly type: 'symlink' | 'link';
    readonly target: string;
  }) => void;
}

async function* pass(
  open: OpenExport,
  { wants, budget, namesOf, onGiven, onLink }: Pass,
): AsyncGenerator<CollectedFile> {
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
      const { type, name, linkname } = entry.header;
      const path = entryPath(name);
      if (path !== undefined && (type === 'symlink' || type === 'link'))
        onLink({ path, type, target: linkname ?? '' });
      const names = path === undefined || type === 'symlink' || type === 'link' ? [] : namesOf(path);
      if (names.length === 0) entry.resume();
      else yield* give(entry, names, { wants, budget, onGiven });
    }
  } finally {
    tar.destroy();
    entries.destroy();
  }
}

async function* give(
  entry: AsyncIterable<unknown> & { readonly header: Header; resume(): unknown },
  names: readonly string[],
  { wants, budget, onGiven }: Pick<Pass, 'wants' | 'budget' | 'onGiven'>,
): AsyncGenerator<CollectedFile> {
  const { type, size: sizeBytes = 0 } = entry.header;
  const isFile = type === 'file' || type === 'contiguous-file';
  if (!isFile || sizeBytes > wants.maxFileBytes) {
    entry.resume();
    for (const path of names) {
      onGiven(path);
      if (isFile) yield { kind: 'file', path, sizeBytes, content: null };
      else if (type !== 'directory' || wants.paths.includes(path))
        yield {
          kind: 'unreadable',
          path,
          why: `it is ${NOT_REGULAR[type ?? ''] ?? 'something odd'}, not a regular file`,
        };
    }
    return;
  }
  budget.leftBytes -= sizeBytes * names.length;
  if (budget.leftBytes < 0)
    throw new Error(`the wanted files have more than ${wants.maxTotalBytes} bytes together`);
  const chunks: Uint8Array[] = [];
  for await (const chunk of entry) if (chunk instanceof Uint8Array) chunks.push(chunk);
  const content = Buffer.concat(chunks);
  for (const path of names) {
    onGiven(path);
    yield { kind: 'file', path, sizeBytes, content };
  }
}

function createLinkKeeper(index: ExportIndex, onPath: (path: string) => void): Pass['onLink'] {
  let characters = 0;
  return ({ path, type, target }) => {
    characters += path.length + target.length;
    if (characters > MAX_INDEX_CHARACTERS) throw new Error('its links are too many to be followed');
    if (type === 'symlink') index.symbolicLinks.set(path, target);
    else {
      const first = entryPath(target);
      if (first === undefined) return;
      index.hardLinks.set(path, first);
      onPath(path);
    }
  };
}

interface Targets {
  readonly names: ReadonlyMap<string, readonly string[]>;
  readonly loops: readonly string[];
}

/** Where what is wanted and was not given yet stands under another name. Fills `folders` with wanted folders behind links. */
function resolveTargets(known: {
  readonly wants: Wants;
  readonly index: ExportIndex;
  readonly given: ReadonlySet<string>;
  /** Hard links that are wanted. */
  readonly wantedLinks: readonly string[];
  readonly folders: Map<string, string[]>;
}): Targets {
  const { wants, index, given, wantedLinks, folders } = known;
  const names = new Map<string, string[]>();
  const loops: string[] = [];
  const add = (to: Map<string, string[]>, real: string, name: string): void => {
    to.set(real, [...(to.get(real) ?? []), name]);
  };
  for (const path of new Set([...wants.paths, ...wantedLinks])) {
    if (given.has(path)) continue;
    const real = resolveInIndex(index, path);
    if (real === undefined) loops.push(path);
    else if (real !== path || index.hardLinks.has(real)) add(names, index.hardLinks.get(real) ?? real, path);
  }
  for (const folder of wants.folders) {
    const real = resolveInIndex(index, folder);
    if (real === undefined) loops.push(folder);
    else if (real !== folder) add(folders, real, folder);
  }
  for (const [link, first] of index.hardLinks) {
    const slash = link.lastIndexOf('/');
    for (const folder of folders.get(link.slice(0, slash)) ?? [])
      add(names, first, folder + link.slice(slash));
  }
  return { names, loops };
}

function namesIn(
  path: string,
  names: ReadonlyMap<string, readonly string[]>,
  folders: ReadonlyMap<string, readonly string[]>,
): readonly string[] {
  const slash = path.lastIndexOf('/');
  const inFolders = (folders.get(path.slice(0, slash)) ?? []).map((folder) => folder + path.slice(slash));
  return [...new Set([...(names.get(path) ?? []), ...inFolders])];
}

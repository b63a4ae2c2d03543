import type { CollectedFile, Wants } from '../../core/ports.ts';
import { type ExportIndex, entryPath } from './export-index.ts';
import { type LinkEntry, type OpenExport, passExport } from './export-pass.ts';
import { findTargets, targetNames } from './export-targets.ts';
import { createMatcher } from './wants-matcher.ts';

const MAX_INDEX_CHARACTERS = 64 * 2 ** 20;

/**
 * Every wanted file of a root that comes as a tar. A first pass gives what is wanted under its own name and learns
 * the links; a second one, only when links lead to something wanted, gives that. Nothing is unpacked. Hostile
 * throughout; a tar that can't be read to its end is told as an unreadable root.
 */
export async function* walkExport(open: OpenExport, wants: Wants): AsyncGenerator<CollectedFile> {
  const index: ExportIndex = { symbolicLinks: new Map(), hardLinks: new Map() };
  const budget = { leftBytes: wants.maxTotalBytes, given: new Set<string>() };
  const isMatched = createMatcher(wants);
  const paths = new Set(wants.paths);
  const isWanted = (path: string): boolean => paths.has(path) || isMatched(path);
  const wantedLinks: string[] = [];
  const onWantedLink = (path: string): void => {
    if (isWanted(path)) wantedLinks.push(path);
  };
  try {
    yield* passExport(open, {
      wants,
      budget,
      namesOf: (path) => (isWanted(path) ? [path] : []),
      onLink: createLinkKeeper(index, onWantedLink),
    });
    const targets = findTargets({ wants, index, given: budget.given, wantedLinks });
    for (const path of targets.loops)
      yield { kind: 'unreadable', path, why: 'it goes through too many symbolic links' };
    if (targets.names.size === 0 && targets.folders.size === 0) return;
    yield* passExport(open, {
      wants,
      budget,
      namesOf: (path) => targetNames(targets, path).filter((name) => !budget.given.has(name)),
      onLink: () => undefined,
    });
  } catch (error) {
    // What was not read is said to be, whatever the reason.
    yield { kind: 'unreadable', path: '/', why: error instanceof Error ? error.message : String(error) };
  }
}

function createLinkKeeper(
  index: ExportIndex,
  onHardLink: (path: string) => void,
): (entry: LinkEntry) => void {
  let characters = 0;
  return ({ path, type, target }) => {
    characters += path.length + target.length;
    if (characters > MAX_INDEX_CHARACTERS) throw new Error('its links are too many to be followed');
    if (type === 'symlink') {
      index.symbolicLinks.set(path, target);
      return;
    }
    const first = entryPath(target);
    if (first === undefined) return;
    index.hardLinks.set(path, first);
    onHardLink(path);
  };
}

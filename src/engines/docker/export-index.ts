const MAX_LINKS = 40;

/** What a tar of a root has told of links so far. Paths are absolute, without `.`, `..` or a slash at the end. */
export interface ExportIndex {
  readonly symbolicLinks: Map<string, string>;
  /** Another name → the name under which the content stood in the tar. */
  readonly hardLinks: Map<string, string>;
}

/** The path of a tar entry as an absolute path, or undefined when it is not a plain one. */
export function entryPath(name: string): string | undefined {
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  return parts.includes('..') ? undefined : `/${parts.join('/')}`;
}

/**
 * Where `path` leads when links are followed as a process inside the root would: `..` stops at the root, absolute
 * links start at it. Undefined on a loop. Whether something is there is not said.
 */
export function resolveInIndex(index: ExportIndex, path: string): string | undefined {
  const pending = path.split('/').reverse();
  const real: string[] = [];
  let links = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      real.pop();
      continue;
    }
    const target = index.symbolicLinks.get(`/${[...real, name].join('/')}`);
    if (target === undefined) {
      real.push(name);
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) return undefined;
    if (target.startsWith('/')) real.length = 0;
    pending.push(...target.split('/').reverse());
  }
  return `/${real.join('/')}`;
}

/** The folder of an absolute path, without a slash at its end: empty for the root. */
export function folderOf(path: string): string {
  return path.slice(0, path.lastIndexOf('/'));
}

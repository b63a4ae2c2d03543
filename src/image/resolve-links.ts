const MAX_LINKS = 40;

/** What stands at a path whose parents are no links. */
export type Standing =
  | { readonly kind: 'link'; readonly target: string }
  | { readonly kind: 'something' }
  | { readonly kind: 'nothing' };

/**
 * The link-free path of `path`, resolved as a process inside the root would: `..` stops at the root, absolute links
 * start at it. Undefined when there is nothing. `look` is asked for one component after the other.
 * Throws an `Error` that says why when the links never end (Linux gives up at 40 too).
 */
export function resolveLinks(path: string, look: (path: string) => Standing): string | undefined {
  const pending = path.split('/').reverse();
  const real: string[] = [];
  let links = 0;
  for (let name = pending.pop(); name !== undefined; name = pending.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      real.pop();
      continue;
    }
    const standing = look(`/${[...real, name].join('/')}`);
    if (standing.kind === 'nothing') return undefined;
    if (standing.kind === 'something') {
      real.push(name);
      continue;
    }
    links += 1;
    if (links > MAX_LINKS) throw new Error(`it goes through more than ${MAX_LINKS} symbolic links`);
    if (standing.target.startsWith('/')) real.length = 0;
    pending.push(...standing.target.split('/').reverse());
  }
  return `/${real.join('/')}`;
}

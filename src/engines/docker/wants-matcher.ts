import type { Wants } from '../../core/ports.ts';

/** Whether a walk that comes by `path` is to give it: all of `wants` but its exact paths. */
export function createMatcher(wants: Wants): (path: string) => boolean {
  const folders = new Set(wants.folders);
  const basenames = new Set(wants.basenames);
  return (path) => {
    const slash = path.lastIndexOf('/');
    return (
      folders.has(path.slice(0, slash)) ||
      basenames.has(path.slice(slash + 1)) ||
      wants.suffixes.some((suffix) => path.endsWith(suffix))
    );
  };
}

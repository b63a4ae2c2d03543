import type { Wants } from '../core/ports.ts';

/** Tells of an absolute path inside an image whether `wants` names it. */
export type WantedPath = (path: string) => boolean;

/** Makes the test of every path out of `wants`: it costs a few look-ups a path, however much is wanted. */
export function createWantedPath(wants: Wants): WantedPath {
  const paths = new Set(wants.paths);
  const folders = new Set(wants.folders);
  const basenames = new Set(wants.basenames);
  const { suffixes } = wants;
  return (path) => {
    const slash = path.lastIndexOf('/');
    return (
      paths.has(path) ||
      basenames.has(path.slice(slash + 1)) ||
      folders.has(path.slice(0, slash)) ||
      suffixes.some((suffix) => path.endsWith(suffix))
    );
  };
}

import type { CollectedFile, ImageFiles, Wants } from '../../core/ports.ts';
import type { FakeScript } from './fake-script.ts';

const MAX_LINKS = 40;

/** The files of a script, found and bounded as the contract of `ImageFiles` has it. */
export function createFakeFiles({ files = {}, links = {}, unreadable = [] }: FakeScript): ImageFiles {
  const contents = new Map(Object.entries(files).map(([path, content]) => [path, Buffer.from(content)]));
  const targets = new Map(Object.entries(links));
  return {
    async *collect(wants) {
      for (const path of unreadable) yield { kind: 'unreadable', path, why: 'the script says so' };
      yield* give(wants, contents, wantedPaths(wants, contents, targets));
    },
  };
}

function* give(
  wants: Wants,
  contents: ReadonlyMap<string, Uint8Array>,
  wanted: ReadonlyMap<string, string>,
): Generator<CollectedFile> {
  let leftBytes = wants.maxTotalBytes;
  for (const [path, real] of wanted) {
    const content = contents.get(real);
    if (content === undefined) continue;
    const isSmall = content.length <= wants.maxFileBytes;
    if (isSmall) leftBytes -= content.length;
    if (leftBytes < 0) {
      yield tooMuch(wants);
      return;
    }
    yield { kind: 'file', path, sizeBytes: content.length, content: isSmall ? content : null };
  }
}

function tooMuch({ maxTotalBytes }: Wants): CollectedFile {
  const why = `the wanted files have more than ${maxTotalBytes} bytes together`;
  return { kind: 'unreadable', path: '/', why };
}

/** The names under which files are given, each with the path where the file stands. */
function wantedPaths(
  wants: Wants,
  contents: ReadonlyMap<string, Uint8Array>,
  targets: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const path of wants.paths) found.set(path, follow(path, targets));
  for (const path of contents.keys()) {
    const folder = path.slice(0, path.lastIndexOf('/'));
    const name = path.slice(folder.length + 1);
    if (wants.basenames.includes(name) || wants.suffixes.some((suffix) => path.endsWith(suffix)))
      found.set(path, path);
    for (const wanted of wants.folders)
      if (folder === wanted || folder === follow(wanted, targets)) found.set(`${wanted}/${name}`, path);
  }
  return found;
}

function follow(path: string, targets: ReadonlyMap<string, string>): string {
  const pending = path.split('/').reverse();
  const real: string[] = [];
  let left = MAX_LINKS;
  for (let name = pending.pop(); name !== undefined && left > 0; name = pending.pop()) {
    if (name === '' || name === '.') continue;
    if (name === '..') {
      real.pop();
      continue;
    }
    const target = targets.get(`/${[...real, name].join('/')}`);
    if (target === undefined) {
      real.push(name);
      continue;
    }
    left -= 1;
    if (target.startsWith('/')) real.length = 0;
    pending.push(...target.split('/').reverse());
  }
  return `/${real.join('/')}`;
}

import { type FormatResult, NOTHING_FOUND, type PackageFormat } from '../format.ts';
import { decodeText } from '../text.ts';

const MAX_TEXT_CHARS = 64 * 1024;
const VERSION = /^\d{1,5}(?:\.\d{1,5}){0,4}(?:[+_-]?[0-9A-Za-z.+_-]{1,40})?$/;
/** Where packages of the distribution put them, whose version it knows better. */
const OF_DISTRIBUTION = ['/usr/include/', '/usr/lib/jvm/', '/usr/lib/go'];

interface Runtime {
  readonly name: string;
  readonly path: RegExp;
  /** The version, or empty when the file is something else. */
  readonly version: (text: string) => string;
}

const defined = (text: string, name: string): string =>
  new RegExp(`^#\\s*define\\s+${name}\\s+"?([^"\\s]{1,60})`, 'm').exec(text)?.[1] ?? '';

/** Each is known by a file that its own installer puts beside it; the program itself is never run. */
const RUNTIMES: readonly Runtime[] = [
  {
    name: 'node',
    path: /\/include\/node\/node_version\.h$/,
    version: (text) =>
      ['MAJOR', 'MINOR', 'PATCH'].map((part) => defined(text, `NODE_${part}_VERSION`)).join('.'),
  },
  {
    name: 'python',
    path: /\/include\/python\d[^/]*\/patchlevel\.h$/,
    version: (text) => defined(text, 'PY_VERSION'),
  },
  {
    name: 'php',
    path: /\/include\/php\/main\/php_version\.h$/,
    version: (text) => defined(text, 'PHP_VERSION'),
  },
  {
    name: 'openjdk',
    path: /\/release$/,
    version: (text) => /^JAVA_VERSION="([^"\n]{1,60})"/m.exec(text)?.[1] ?? '',
  },
  {
    name: 'go',
    path: /\/go\/VERSION$/,
    version: (text) => /^go(\d\S{0,30})/.exec(text)?.[1] ?? '',
  },
];

/** Language runtimes that no package manager brought, as in the official images of Node.js, Python, PHP, Java and Go. */
export const runtimes: PackageFormat = {
  name: 'runtimes',
  wants: {
    basenames: ['node_version.h', 'patchlevel.h', 'php_version.h', 'release'],
    suffixes: ['/go/VERSION'],
  },
  owns: (path) =>
    !OF_DISTRIBUTION.some((start) => path.startsWith(start)) && RUNTIMES.some((each) => each.path.test(path)),
  isSystem: false,
  read: ({ path, content }) => readRuntime(path, decodeText(content.subarray(0, MAX_TEXT_CHARS))),
};

function readRuntime(path: string, text: string): FormatResult {
  const runtime = RUNTIMES.find((each) => each.path.test(path));
  const version = runtime?.version(text) ?? '';
  return runtime !== undefined && VERSION.test(version)
    ? { packages: [{ type: 'generic', name: runtime.name, version }], problems: [] }
    : NOTHING_FOUND;
}

import type { FormatResult, FoundPackage, PackageFormat } from '../format.ts';
import { objectFields, parseJson } from '../json-fields.ts';
import { decodeText, quote } from '../text.ts';

const ENDING = '.deps.json';
const MAX_LIBRARIES = 20_000;
/** What a self-contained program brings of .NET itself. */
const RUNTIME = 'runtimepack.';
/** Source: NuGet, package ids and versions. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/;
const VERSION = /^\d{1,9}(?:\.\d{1,9}){1,3}(?:[-+][0-9A-Za-z.+-]{1,100})?$/;

/** NuGet packages of .NET programs, by the list that the compiler leaves beside each. Source: dotnet/sdk, runtime-configuration-file. */
export const dotnet: PackageFormat = {
  name: 'dotnet',
  wants: { suffixes: [ENDING] },
  owns: (path) => path.endsWith(ENDING),
  isSystem: false,
  read: ({ content }) => readDependencies(decodeText(content)),
};

function readDependencies(text: string): FormatResult {
  const libraries = objectFields(objectFields(parseJson(text)?.value)?.get('libraries'));
  if (libraries === null) return { packages: [], problems: ['it is no JSON object with libraries'] };
  const packages: FoundPackage[] = [];
  const problems: string[] = [];
  for (const [key, library] of [...libraries].slice(0, MAX_LIBRARIES)) {
    const type = objectFields(library)?.get('type');
    if (type !== 'package' && type !== 'runtimepack') continue;
    const slash = key.lastIndexOf('/');
    const full = key.slice(0, slash);
    const name = type === 'runtimepack' && full.startsWith(RUNTIME) ? full.slice(RUNTIME.length) : full;
    const version = key.slice(slash + 1);
    if (NAME.test(name) && VERSION.test(version)) packages.push({ type: 'nuget', name, version });
    else problems.push(`it names the library ${quote(key)}, which is none`);
  }
  if (libraries.size > MAX_LIBRARIES)
    problems.push(`it has more than ${MAX_LIBRARIES} libraries; the rest was not read`);
  return { packages, problems };
}

import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseDeb822 } from './deb822.ts';

/** One archive that this machine's apt uses, e.g. `http://deb.example/debian-security` with `bookworm-security`. */
export interface AptSource {
  /** Root of the archive, without a trailing slash; only http and https. */
  readonly url: string;
  readonly suite: string;
  readonly components: readonly string[];
}

/**
 * The archives that the machine's own apt settings name (`sources.list`, `sources.list.d/*.list`, `*.sources`), in
 * the order in which apt reads them. What is disabled, or is not fetched over http or https, is left out. Never give
 * it an image's files: a hostile image must not steer our fetches. Source: sources.list(5).
 */
export async function readAptSources(etcApt = '/etc/apt'): Promise<readonly AptSource[]> {
  const folder = join(etcApt, 'sources.list.d');
  const names = await readdir(folder).catch(() => []);
  const paths = [join(etcApt, 'sources.list'), ...names.sort().map((name) => join(folder, name))];
  const sources: AptSource[] = [];
  for (const path of paths) {
    const text = await readFile(path, 'utf8').catch(() => '');
    if (path.endsWith('.list')) sources.push(...parseOneLineSources(text));
    if (path.endsWith('.sources')) sources.push(...parseDeb822Sources(text));
  }
  return sources;
}

/** The roots of Debian's security archives among them: those with a suite like `bookworm-security`. */
export function securityArchives(sources: readonly AptSource[]): readonly string[] {
  const security = sources.filter(({ suite, url }) => suite.endsWith('-security') && !/ubuntu/i.test(url));
  return [...new Set(security.map(({ url }) => url))];
}

function parseOneLineSources(text: string): readonly AptSource[] {
  return text.split('\n').flatMap((line) => {
    const match = /^\s*deb\s+(?:\[[^\]]*\]\s+)?(?<uri>\S+)\s+(?<suite>\S+)(?<components>[^#]*)/.exec(line);
    const { uri = '', suite = '', components = '' } = match?.groups ?? {};
    return archive(uri, suite, words(components));
  });
}

const FIELDS = new Set(['types', 'uris', 'suites', 'components', 'enabled']);

function parseDeb822Sources(text: string): readonly AptSource[] {
  return parseDeb822(text, FIELDS)
    .filter(
      (it) =>
        words(it.get('types')).includes('deb') && !/^(?:no|false|0|off)$/i.test(it.get('enabled') ?? ''),
    )
    .flatMap((it) =>
      words(it.get('uris')).flatMap((uri) =>
        words(it.get('suites')).flatMap((suite) => archive(uri, suite, words(it.get('components')))),
      ),
    );
}

function words(text = ''): readonly string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function archive(uri: string, suite: string, components: readonly string[]): readonly AptSource[] {
  if (!/^https?:\/\//.test(uri) || !URL.canParse(uri) || suite === '') return [];
  return [{ url: uri.replace(/\/+$/, ''), suite: suite.replace(/\/+$/, ''), components }];
}

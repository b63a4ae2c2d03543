import type { FormatResult, PackageFormat } from '../format.ts';
import { cleanLicenses, decodeText, quote } from '../text.ts';

/** Where RubyGems keeps what it installed, also gems that come with Ruby itself. */
const INSTALLED = /\/specifications\/(?:default\/)?[^/]+\.gemspec$/;
const MAX_TEXT_CHARS = 256 * 1024;
/** Source: RubyGems, Gem::Specification::VALID_NAME_PATTERN and Gem::Version::VERSION_PATTERN. */
const NAME = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;
const VERSION = /^[0-9]+(?:\.[0-9A-Za-z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

/** Ruby gems. RubyGems writes these files itself, in one form; they are Ruby, but are read as text and never run. */
export const ruby: PackageFormat = {
  name: 'ruby',
  wants: { suffixes: ['.gemspec'] },
  owns: (path) => INSTALLED.test(path),
  isSystem: false,
  read: ({ content }) => readSpecification(decodeText(content).slice(0, MAX_TEXT_CHARS)),
};

function readSpecification(text: string): FormatResult {
  const name = field(text, 'name');
  const version = field(text, 'version');
  if (!NAME.test(name) || version.length > 100 || !VERSION.test(version))
    return { packages: [], problems: [`it names the gem ${quote(`${name} ${version}`)}, which is none`] };
  const licenses = cleanLicenses(list(text, 'licenses'));
  return {
    packages: [{ type: 'gem', name, version, ...(licenses !== undefined && { licenses }) }],
    problems: [],
  };
}

/** The text in `s.name = "rake".freeze`; the first assignment counts. */
function field(text: string, name: string): string {
  return (
    new RegExp(`^[ \\t]{0,20}\\w{1,20}\\.${name} = ["']([^"'\\n]{1,200})["']`, 'm').exec(text)?.[1] ?? ''
  );
}

/** The texts in `s.licenses = ["MIT".freeze, "Ruby".freeze]`. */
function list(text: string, name: string): readonly string[] {
  const inner =
    new RegExp(`^[ \\t]{0,20}\\w{1,20}\\.${name} = \\[([^\\]\\n]{0,1000})\\]`, 'm').exec(text)?.[1] ?? '';
  return [...inner.matchAll(/["']([^"']{1,100})["']/g)].flatMap(([, each]) => each ?? []);
}

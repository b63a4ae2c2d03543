import { type AptSource, readAptSources, securityArchives } from '../advisories/debian/apt-sources.ts';
import { DrydockError } from '../core/errors.ts';
import type { DebianMirrors } from '../engines/bases/debian-archive.ts';

/** What of the configuration names mirrors. */
export interface MirrorSettings {
  readonly debianMirrorUrl: string | null;
  readonly debianSecurityUrl: string | null;
}

/**
 * Debian's archives as this machine reaches them: as configured, else as its own apt settings name them.
 * Throws `config-invalid` when neither does.
 */
export async function findDebianMirrors(settings: MirrorSettings, etcApt?: string): Promise<DebianMirrors> {
  const sources = await readAptSources(etcApt);
  const mirrors = {
    main: settings.debianMirrorUrl ?? mainArchive(sources) ?? missing('DRYDOCK_DEBIAN_MIRROR_URL'),
    security:
      settings.debianSecurityUrl ?? securityArchives(sources)[0] ?? missing('DRYDOCK_DEBIAN_SECURITY_URL'),
  };
  for (const url of Object.values(mirrors)) assertPublic(url);
  return mirrors;
}

const CODENAMES = /^(?:bullseye|bookworm|trixie|forky|duke|sid|unstable|testing|stable|oldstable)$/;

/** Other vendors use Debian's codenames, too; Debian alone has the suite `…-updates` beside. */
function mainArchive(sources: readonly AptSource[]): string | undefined {
  const candidates = sources.filter(
    ({ suite, components }) => CODENAMES.test(suite) && components.includes('main'),
  );
  const hasUpdates = ({ url, suite }: AptSource): boolean =>
    sources.some((other) => other.url === url && other.suite === `${suite}-updates`);
  return (candidates.find(hasUpdates) ?? candidates.find(({ url }) => url.endsWith('/debian')))?.url;
}

/** The images that are built bear the mirror's URL in their apt settings. */
function assertPublic(url: string): void {
  const { username, password } = URL.parse(url) ?? { username: '', password: '' };
  if (username === '' && password === '' && /^https?:\/\/[^\s\]]+$/.test(url)) return;
  throw new DrydockError(
    'config-invalid',
    `A mirror of Debian was expected as an http or https URL without a password, which every image would show. Name another by DRYDOCK_DEBIAN_MIRROR_URL or DRYDOCK_DEBIAN_SECURITY_URL.`,
  );
}

function missing(variable: string): never {
  throw new DrydockError(
    'config-invalid',
    `A mirror of Debian was expected in this machine's apt settings, and there is none. Name one by ${variable}.`,
  );
}

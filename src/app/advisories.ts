import { readAptSources, securityArchives } from '../advisories/debian/apt-sources.ts';
import { createDebianSecuritySource } from '../advisories/debian-security.ts';
import { systemClock } from '../core/clock.ts';
import type { AdvisorySource } from '../core/ports.ts';
import { createGpgvVerifier } from '../engines/gpgv.ts';
import { createXzDecoder } from '../engines/xz.ts';
import type { ResolvedConfig } from './config.ts';

/** Only what Debian's own archive keys have signed is believed. */
export const DEBIAN_KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Everything that is asked what is known against packages. */
export async function createAdvisories(
  config: Pick<ResolvedConfig, 'cacheDir' | 'debianSecurityUrl' | 'isOffline'>,
): Promise<readonly AdvisorySource[]> {
  const named = config.debianSecurityUrl;
  const archives = named === null ? securityArchives(await readAptSources()) : [named.replace(/\/+$/, '')];
  return [
    createDebianSecuritySource({
      cacheDir: config.cacheDir,
      fetch: (url, init) => fetch(url, init),
      clock: systemClock,
      verifier: createGpgvVerifier({ keyrings: [DEBIAN_KEYRING] }),
      xz: createXzDecoder(),
      archives,
      isOffline: config.isOffline,
    }),
  ];
}

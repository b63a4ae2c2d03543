import { digestOf } from '../../core/digest.ts';
import { DrydockError } from '../../core/errors.ts';
import type { DebianRecipe } from './recipes.ts';

/** Roots of Debian's archives, without a trailing slash. */
export interface DebianMirrors {
  readonly main: string;
  readonly security: string;
}

/** One suite of one archive. */
export interface Suite {
  readonly mirror: string;
  readonly name: string;
}

/** The suites that a recipe takes packages from. */
export function suitesOf(recipe: DebianRecipe, mirrors: DebianMirrors): readonly Suite[] {
  const release = { mirror: mirrors.main, name: recipe.suite };
  if (!recipe.isPatched || isRolling(recipe.suite)) return [release];
  return [
    release,
    { mirror: mirrors.main, name: `${recipe.suite}-updates` },
    { mirror: mirrors.security, name: `${recipe.suite}-security` },
  ];
}

function isRolling(suite: string): boolean {
  return suite === 'sid' || suite === 'unstable' || suite === 'experimental';
}

/** The sources.list of the image. */
export function sourcesList(suites: readonly Suite[]): string {
  return suites.map(({ mirror, name }) => `deb ${mirror} ${name} main\n`).join('');
}

const TIMEOUT_MS = 20_000;
/** An InRelease is about 150 KB. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * Which state the suites are in: the digest of their InRelease files, and the newest date that these bear, in seconds.
 * It tells only whether to build anew, so no signature is checked here; apt checks those of what it installs.
 * Throws `base-unavailable`.
 */
export async function readArchiveState(
  suites: readonly Suite[],
  signal: AbortSignal,
): Promise<{ readonly digests: readonly string[]; readonly epochSeconds: number }> {
  const texts = await Promise.all(
    suites.map(({ mirror, name }) => fetchText(`${mirror}/dists/${name}/InRelease`, signal)),
  );
  const dates = texts.map((text) => Date.parse(/^Date: (.{5,60})$/m.exec(text)?.[1] ?? ''));
  const newest = Math.max(...dates.filter((date) => !Number.isNaN(date)), 0);
  return { digests: texts.map(digestOf), epochSeconds: Math.floor(newest / 1000) };
}

async function fetchText(url: string, signal: AbortSignal): Promise<string> {
  try {
    const response = await fetch(url, { signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) });
    if (!response.ok) throw new Error(`the answer was ${response.status}`);
    const chunks: Uint8Array[] = [];
    let sizeBytes = 0;
    for await (const chunk of response.body ?? []) {
      sizeBytes += chunk.length;
      if (sizeBytes > MAX_BYTES) throw new Error(`the answer is larger than ${MAX_BYTES} bytes`);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks).toString('utf8');
  } catch (cause) {
    signal.throwIfAborted();
    throw new DrydockError(
      'base-unavailable',
      `${url} could not be read (${cause instanceof Error ? cause.message : String(cause)}). Check the network, or name another mirror by DRYDOCK_DEBIAN_MIRROR_URL and DRYDOCK_DEBIAN_SECURITY_URL.`,
      { cause },
    );
  }
}

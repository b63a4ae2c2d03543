import { DrydockError, isDrydockError } from '../../core/errors.ts';
import { fetchSuite, type Suite, type SuiteDeps } from './fetch-suite.ts';
import type { SuiteCache } from './suite-cache.ts';

export interface SuitesDeps extends SuiteDeps {
  /** Roots of security archives, the best first. */
  readonly archives: readonly string[];
  readonly cache: SuiteCache;
  readonly isOffline: boolean;
  readonly refreshAfterMs: number;
}

export interface Suites {
  /**
   * The newest state of a suite that can be had: from the archive when the kept one is due, else from the cache.
   * `notes` tell when it could not be refreshed. Throws `advisories-unavailable` when there is neither.
   */
  load(
    name: string,
    signal: AbortSignal,
  ): Promise<{ readonly suite: Suite; readonly notes: readonly string[] }>;
}

/** After a failure the archives are left in peace for so long: jobs must not wait for a dead mirror one by one. */
const RETRY_AFTER_MS = 5 * 60_000;

export function createSuites(deps: SuitesDeps): Suites {
  const failures = new Map<string, { readonly at: number; readonly why: string }>();

  const load: Suites['load'] = async (name, signal) => {
    const known = await readKnown(name, deps);
    const nowMs = deps.clock.now().getTime();
    if (known !== undefined && isFresh(known, nowMs, deps.refreshAfterMs)) return { suite: known, notes: [] };
    const why = deps.isOffline ? 'Drydock is set to be offline' : recentFailure(failures.get(name), nowMs);
    if (why !== undefined) return fallBack(name, known, why);
    const refreshed = await refresh(name, { deps, known, signal });
    if ('why' in refreshed) {
      failures.set(name, { at: nowMs, why: refreshed.why });
      return fallBack(name, known, refreshed.why);
    }
    failures.delete(name);
    const notes = await keep(refreshed, deps.cache);
    return { suite: refreshed, notes };
  };
  return { load };
}

async function readKnown(name: string, { archives, cache }: SuitesDeps): Promise<Suite | undefined> {
  const kept = await Promise.all(archives.map((archive) => cache.read(archive, name)));
  return kept.filter((suite) => suite !== undefined).sort((a, b) => b.date.localeCompare(a.date, 'en'))[0];
}

function isFresh({ fetchedAt }: Suite, nowMs: number, refreshAfterMs: number): boolean {
  const ageMs = nowMs - new Date(fetchedAt).getTime();
  return ageMs >= 0 && ageMs < refreshAfterMs;
}

function recentFailure(
  failure: { readonly at: number; readonly why: string } | undefined,
  nowMs: number,
): string | undefined {
  return failure !== undefined && Math.abs(nowMs - failure.at) < RETRY_AFTER_MS ? failure.why : undefined;
}

function fallBack(name: string, known: Suite | undefined, why: string): Awaited<ReturnType<Suites['load']>> {
  if (known === undefined)
    throw new DrydockError('advisories-unavailable', `No data of Debian’s ${name} could be had: ${why}`);
  return {
    suite: known,
    notes: [`Debian’s ${name} is used as it was on ${known.fetchedAt}; it could not be refreshed: ${why}`],
  };
}

async function refresh(
  name: string,
  {
    deps,
    known,
    signal,
  }: { readonly deps: SuitesDeps; readonly known: Suite | undefined; readonly signal: AbortSignal },
): Promise<Suite | { readonly why: string }> {
  const whys: string[] = [];
  for (const archive of deps.archives) {
    const ours = known?.archive === archive ? known : undefined;
    try {
      const suite = await fetchSuite(
        { archive, name, ...(ours === undefined ? {} : { known: ours }) },
        deps,
        signal,
      );
      if (suite !== undefined) return suite;
      whys.push(`${archive} has no ${name}.`);
    } catch (error) {
      signal.throwIfAborted();
      if (!isDrydockError(error, 'advisories-unavailable', 'tool-missing')) throw error;
      whys.push(error.message);
    }
  }
  if (deps.archives.length === 0)
    whys.push(
      'no security archive of Debian is known; name one with DRYDOCK_DEBIAN_SECURITY_URL, or in this machine’s apt settings.',
    );
  return { why: whys.join(' ') };
}

async function keep(suite: Suite, cache: SuiteCache): Promise<readonly string[]> {
  try {
    await cache.write(suite);
    return [];
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return [`Debian’s ${suite.name} could not be kept for the next time: ${why}`];
  }
}

import { createHash } from 'node:crypto';
import { DrydockError, isDrydockError } from '../../core/errors.ts';
import type { Clock, SignatureVerifier, XzDecoder } from '../../core/ports.ts';
import { type Downloaded, download, type Fetch } from '../download.ts';
import { decompress } from './decompress.ts';
import { readPackagesIndex } from './packages-index.ts';
import { parseReleaseFile, type ReleaseFile } from './release-file.ts';
import { readSourcesIndex, type SourcePackage } from './sources-index.ts';

/** What a security suite offers. Times are ISO 8601. */
export interface Suite {
  /** e.g. `bookworm-security`. */
  readonly name: string;
  /** Root of the archive that it came from. */
  readonly archive: string;
  /** Debian's number of the release, e.g. `12`. */
  readonly version: string;
  readonly date: string;
  readonly validUntil: string | null;
  /** When the archive was last asked. */
  readonly fetchedAt: string;
  readonly etag: string | null;
  readonly lastModified: string | null;
  readonly sources: ReadonlyMap<string, SourcePackage>;
}

export interface SuiteDeps {
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly verifier: SignatureVerifier;
  readonly xz: XzDecoder;
}

/** Some archives call `main` `updates/main` in their Release file; the paths below are the same. */
const COMPONENTS = ['main', 'contrib', 'non-free-firmware', 'non-free'];
const MIB = 1024 * 1024;
const MAX_RELEASE_BYTES = 4 * MIB;
const MAX_INDEX_BYTES = 64 * MIB;
const MAX_INDEX_TEXT_BYTES = 512 * MIB;
const TIMEOUT_MS = 60_000;
/** How far ahead the archive's clock may be. */
const MAX_AHEAD_MS = 6 * 3_600_000;

/**
 * Fetches a security suite anew, or says that `known` still holds. Nothing is believed but what a trusted key signed:
 * InRelease by its signature, the indexes by the SHA-256 in it; its name, its dates and that it is no older than
 * `known` are checked too. Undefined when the archive has no such suite. Throws `advisories-unavailable`.
 */
export async function fetchSuite(
  request: { readonly archive: string; readonly name: string; readonly known?: Suite },
  deps: SuiteDeps,
  signal: AbortSignal,
): Promise<Suite | undefined> {
  const { archive, name, known } = request;
  const url = `${archive}/dists/${name}/InRelease`;
  const fetched = await download(
    deps.fetch,
    {
      url,
      maxBytes: MAX_RELEASE_BYTES,
      timeoutMs: TIMEOUT_MS,
      ...(known === undefined ? {} : { ifChanged: known }),
    },
    signal,
  );
  const fetchedAt = deps.clock.now().toISOString();
  if (fetched.status === 'missing') return undefined;
  if (fetched.status === 'unchanged') {
    if (known === undefined) throw refused(url, 'the server says "unchanged" to a first question');
    assertCurrent(url, known, deps.clock);
    return { ...known, fetchedAt };
  }
  const release = await readRelease(url, fetched, { deps, signal });
  assertCurrent(url, release, deps.clock);
  if (release.codename !== name && release.suite !== name)
    throw refused(url, `it is signed for ${release.codename}, not for ${name}`);
  if (known !== undefined && release.date < known.date)
    throw refused(url, `it is of ${release.date}, older than what was there before (${known.date})`);
  const { version, date, validUntil } = release;
  const { etag, lastModified } = fetched;
  const sources =
    known?.date === date ? known.sources : await readIndexes({ archive, name, release }, deps, signal);
  return { name, archive, version, date, validUntil, fetchedAt, etag, lastModified, sources };
}

async function readRelease(
  url: string,
  fetched: Extract<Downloaded, { status: 'fetched' }>,
  { deps, signal }: { readonly deps: SuiteDeps; readonly signal: AbortSignal },
): Promise<ReleaseFile> {
  const checked = await deps.verifier.verify(fetched.content, signal);
  if (checked.status === 'invalid') throw refused(url, `its signature is not good: ${checked.why}`);
  return parseReleaseFile(checked.text);
}

function assertCurrent(
  url: string,
  { date, validUntil }: { readonly date: string; readonly validUntil: string | null },
  clock: Clock,
): void {
  const now = clock.now();
  if (validUntil !== null && new Date(validUntil) < now)
    throw refused(
      url,
      `it was valid until ${validUntil}: somebody serves an old one, or this machine’s clock is wrong`,
    );
  if (new Date(date).getTime() > now.getTime() + MAX_AHEAD_MS)
    throw refused(url, `it is dated ${date}, in the future: this machine’s clock may be wrong`);
}

async function readIndexes(
  {
    archive,
    name,
    release,
  }: { readonly archive: string; readonly name: string; readonly release: ReleaseFile },
  deps: SuiteDeps,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, SourcePackage>> {
  const sources = new Map<string, SourcePackage>();
  let found = 0;
  for (const component of COMPONENTS) {
    const path = ['xz', 'gz']
      .map((ending) => `${component}/source/Sources.${ending}`)
      .find((candidate) => release.files.has(candidate));
    const file = path === undefined ? undefined : release.files.get(path);
    if (path === undefined || file === undefined) continue;
    found += 1;
    const content = await fetchByHash(`${archive}/dists/${name}/${path}`, file, { deps, signal });
    const chunks = decompress({ name: path, content, maxBytes: MAX_INDEX_TEXT_BYTES }, deps.xz, signal);
    await readSourcesIndex(chunks, sources);
  }
  if (found === 0) throw refused(`${archive}/dists/${name}`, 'it lists no index of source packages');
  await addPackages({ archive, name, release, sources }, deps, signal);
  return sources;
}

/** Which binary packages could tell a changelog too. Without them only CVE ids are missing, so failing is no error. */
async function addPackages(
  to: {
    readonly archive: string;
    readonly name: string;
    readonly release: ReleaseFile;
    readonly sources: Map<string, SourcePackage>;
  },
  deps: SuiteDeps,
  signal: AbortSignal,
): Promise<void> {
  const paths = [...to.release.files.keys()].filter((path) =>
    /^main\/binary-[a-z0-9]+\/Packages\.xz$/.test(path),
  );
  const path = paths.find((it) => it.includes('-amd64/')) ?? paths[0];
  const file = path === undefined ? undefined : to.release.files.get(path);
  if (path === undefined || file === undefined) return;
  try {
    const content = await fetchByHash(`${to.archive}/dists/${to.name}/${path}`, file, { deps, signal });
    const chunks = decompress({ name: path, content, maxBytes: MAX_INDEX_TEXT_BYTES }, deps.xz, signal);
    await readPackagesIndex(chunks, to.sources);
  } catch (error) {
    signal.throwIfAborted();
    if (!isDrydockError(error, 'advisories-unavailable')) throw error;
  }
}

/** A file that must have this size and SHA-256. An index is asked for by its hash first, so that a half-done update of the mirror does no harm. */
async function fetchByHash(
  url: string,
  { sha256, sizeBytes }: { readonly sha256: string; readonly sizeBytes: number },
  { deps, signal }: { readonly deps: SuiteDeps; readonly signal: AbortSignal },
): Promise<Uint8Array> {
  if (sizeBytes > MAX_INDEX_BYTES)
    throw refused(url, `it has ${sizeBytes} bytes, more than ${MAX_INDEX_BYTES}`);
  const byHash = `${url.slice(0, url.lastIndexOf('/'))}/by-hash/SHA256/${sha256}`;
  for (const candidate of [byHash, url]) {
    const request = { url: candidate, maxBytes: sizeBytes, timeoutMs: TIMEOUT_MS };
    const fetched = await download(deps.fetch, request, signal);
    if (fetched.status !== 'fetched') continue;
    if (createHash('sha256').update(fetched.content).digest('hex') === sha256) return fetched.content;
    throw refused(candidate, 'its SHA-256 is not the one that the signed Release file names');
  }
  throw refused(url, 'the server has no such file');
}

function refused(url: string, why: string): DrydockError {
  return new DrydockError(
    'advisories-unavailable',
    `A current, signed file was expected at ${url}, but ${why}. It was not used.`,
  );
}

import { randomUUID } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { DrydockError } from '../../core/errors.ts';
import type { Clock } from '../../core/ports.ts';
import { type Fetch, openDownload } from '../download.ts';
import { objectOf, parseJson } from '../untrusted-json.ts';
import { writeWhole } from '../write-whole.ts';
import { buildOsvIndex } from './build-index.ts';
import type { OsvIndexInfo } from './index-file.ts';

export interface UpdateIndexRequest {
  /** Where OSV's exports lie: `<baseUrl>/<ecosystem>/all.zip` is fetched. Without a trailing slash. */
  readonly baseUrl: string;
  /** OSV's names, e.g. `npm`, `PyPI`, `Debian`. */
  readonly ecosystems: readonly string[];
  /** A folder of ours: the archives are kept in it, so that only changed ones are fetched again. */
  readonly folder: string;
  /** Where the index goes. */
  readonly indexPath: string;
  readonly fetch: Fetch;
  readonly clock: Clock;
  readonly onProgress?: (what: string) => void;
}

const MAX_ARCHIVE_BYTES = 4 * 1024 ** 3;
const TIMEOUT_MS = 20 * 60_000;

/**
 * Fetches what has changed at OSV and builds the index anew. The archives are not signed: whoever serves them, or stands
 * between, decides what is known; `https` is what protects them. Throws `advisories-unavailable`, `input-invalid`.
 */
export async function updateOsvIndex(
  request: UpdateIndexRequest,
  signal: AbortSignal,
): Promise<OsvIndexInfo> {
  await mkdir(request.folder, { recursive: true, mode: 0o700 });
  const zips: string[] = [];
  for (const ecosystem of request.ecosystems) {
    if (!/^[A-Za-z][A-Za-z0-9 ._-]{0,60}$/.test(ecosystem))
      throw new DrydockError(
        'usage-invalid',
        `The name of an ecosystem of OSV was expected, e.g. PyPI, got ${JSON.stringify(ecosystem.slice(0, 80))}.`,
      );
    request.onProgress?.(`fetching ${ecosystem}`);
    zips.push(await fetchArchive(ecosystem, request, signal));
  }
  const { indexPath: path, clock, onProgress } = request;
  const tell = (records: number): void => onProgress?.(`indexed ${records} records`);
  return buildOsvIndex({ path, zips, clock, onProgress: tell }, signal);
}

/** The archive's path on disk. The old one stays when the server says that nothing changed. */
async function fetchArchive(
  ecosystem: string,
  { baseUrl, folder, fetch }: UpdateIndexRequest,
  signal: AbortSignal,
): Promise<string> {
  const path = join(folder, `${ecosystem}.zip`);
  const url = `${baseUrl}/${encodeURIComponent(ecosystem)}/all.zip`;
  const ifChanged = await readValidators(path, url);
  const request = { url, maxBytes: MAX_ARCHIVE_BYTES, timeoutMs: TIMEOUT_MS };
  const opened = await openDownload(
    fetch,
    ifChanged === undefined ? request : { ...request, ifChanged },
    signal,
  );
  if (opened.status === 'unchanged') return path;
  if (opened.status === 'missing')
    throw new DrydockError(
      'advisories-unavailable',
      `${url} was expected to hold OSV's records of ${ecosystem}; there is no such file.`,
    );
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    await pipeline(Readable.from(opened.chunks), createWriteStream(temporary, { mode: 0o600 }));
    await rename(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  const { etag, lastModified } = opened;
  await writeWhole(`${path}.json`, JSON.stringify({ url, etag, lastModified }));
  return path;
}

async function readValidators(
  path: string,
  url: string,
): Promise<{ readonly etag: string | null; readonly lastModified: string | null } | undefined> {
  const [kept, archive] = await Promise.all([
    readFile(`${path}.json`, 'utf8').catch(() => ''),
    stat(path).catch(() => undefined),
  ]);
  const { url: from, etag, lastModified } = objectOf(parseJson(kept));
  if (archive === undefined || from !== url) return undefined;
  const orNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);
  return { etag: orNull(etag), lastModified: orNull(lastModified) };
}

import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DrydockError, isDrydockError } from '../../core/errors.ts';
import type { XzDecoder } from '../../core/ports.ts';
import { download, type Fetch } from '../download.ts';
import { objectOf, parseJson } from '../untrusted-json.ts';
import { writeWhole } from '../write-whole.ts';
import { type ChangelogEntry, parseChangelog } from './changelog.ts';
import { changelogOfDeb, changelogOfSource } from './changelog-file.ts';
import type { ChangelogFile } from './sources-index.ts';

const MIB = 1024 * 1024;
const MAX_FETCHED_BYTES = 24 * MIB;
const TIMEOUT_MS = 30_000;

/** What Debian's packages say of their own history. */
export interface Changelogs {
  /**
   * Newest first, from the first of `files` that can be had: fetched by its SHA-256, then kept for ever.
   * Throws `advisories-unavailable` when none can.
   */
  read(
    archive: string,
    files: readonly ChangelogFile[],
    signal: AbortSignal,
  ): Promise<readonly ChangelogEntry[]>;
}

export interface ChangelogsDeps {
  /** Made when something is first kept. */
  readonly folder: string;
  readonly fetch: Fetch;
  readonly xz: XzDecoder;
  readonly isOffline: boolean;
}

export function createChangelogs(deps: ChangelogsDeps): Changelogs {
  const pathOf = ({ sha256 }: ChangelogFile): string => join(deps.folder, `${sha256}.json`);
  return {
    read: async (archive, files, signal) => {
      const kept = await Promise.all(
        files.map(async (file) => parseKept(await readFile(pathOf(file), 'utf8').catch(() => ''))),
      );
      const told = kept.find((entries) => entries !== undefined && entries.length > 0);
      if (told !== undefined) return told;
      const errors: DrydockError[] = [];
      for (const file of files.filter((_, index) => kept[index] === undefined)) {
        try {
          const entries = await fetchEntries(archive, file, { deps, signal });
          // Kept also when there are none: this content will never have any. Without a cache it is fetched again.
          await writeWhole(pathOf(file), formatKept(entries)).catch(() => undefined);
          if (entries.length > 0) return entries;
        } catch (error) {
          signal.throwIfAborted();
          if (!isDrydockError(error)) throw error;
          errors.push(error);
        }
      }
      throw (
        errors[0] ??
        new DrydockError('advisories-unavailable', 'A changelog was expected, no file holds one.')
      );
    },
  };
}

interface Context {
  readonly deps: ChangelogsDeps;
  readonly signal: AbortSignal;
}

async function fetchFile(
  archive: string,
  file: ChangelogFile,
  { deps, signal }: Context,
): Promise<Uint8Array> {
  if (file.sizeBytes > MAX_FETCHED_BYTES)
    throw unavailable(file, `it has ${file.sizeBytes} bytes, more than ${MAX_FETCHED_BYTES}`);
  const path = file.path.split('/').map(encodeURIComponent).join('/');
  const request = { url: `${archive}/${path}`, maxBytes: file.sizeBytes, timeoutMs: TIMEOUT_MS };
  const fetched = await download(deps.fetch, request, signal);
  if (fetched.status !== 'fetched') throw unavailable(file, 'the archive has no such file');
  if (createHash('sha256').update(fetched.content).digest('hex') !== file.sha256)
    throw unavailable(file, 'its SHA-256 is not the one that the index names');
  return fetched.content;
}

async function fetchEntries(
  archive: string,
  file: ChangelogFile,
  context: Context,
): Promise<readonly ChangelogEntry[]> {
  if (context.deps.isOffline)
    throw unavailable(file, 'it is not in the cache, and Drydock is set to be offline');
  const content = await fetchFile(archive, file, context);
  const { xz } = context.deps;
  const text = file.path.endsWith('.deb')
    ? await changelogOfDeb(content, xz, context.signal)
    : await changelogOfSource(file.path, content, { xz, signal: context.signal });
  return parseChangelog(text);
}

function formatKept(entries: readonly ChangelogEntry[]): string {
  return JSON.stringify({ entries: entries.map(({ version, cves }) => [version, ...cves]) });
}

function parseKept(text: string): readonly ChangelogEntry[] | undefined {
  const entries = text === '' ? undefined : objectOf(parseJson(text))['entries'];
  if (!Array.isArray(entries)) return undefined;
  return entries.flatMap((entry: unknown) => {
    const [version, ...cves] = Array.isArray(entry) ? entry.filter((it) => typeof it === 'string') : [];
    return version === undefined ? [] : [{ version, cves }];
  });
}

function unavailable({ path }: ChangelogFile, why: string): DrydockError {
  return new DrydockError('advisories-unavailable', `The changelog in ${path} was expected, but ${why}.`);
}

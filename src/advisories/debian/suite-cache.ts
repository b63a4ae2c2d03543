import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, objectOf, parseJson, textOf } from '../untrusted-json.ts';
import { writeWhole } from '../write-whole.ts';
import type { Suite } from './fetch-suite.ts';
import type { ChangelogFile, SourcePackage } from './sources-index.ts';

/** Rises when what is kept changes its form; files of another version are as good as none. */
const VERSION = 1;
const MAX_FIELD_CHARACTERS = 2000;
const MAX_CHARACTERS = 256 * 1024 * 1024;

/** Suites on disk, each a file that is replaced as a whole: any number of processes may read and write at once. */
export interface SuiteCache {
  /** The newest that was kept, or undefined; a damaged file counts as none. */
  read(archive: string, name: string): Promise<Suite | undefined>;
  /** Throws what the file system throws. */
  write(suite: Suite): Promise<void>;
}

/** `folder` is made when something is first kept. */
export function createSuiteCache(folder: string): SuiteCache {
  const pathOf = (archive: string, name: string): string =>
    join(folder, `${name}.${createHash('sha256').update(archive).digest('hex').slice(0, 16)}.json`);
  return {
    read: async (archive, name) => {
      const text = await readFile(pathOf(archive, name), 'utf8').catch(() => '');
      const suite = text === '' || text.length > MAX_CHARACTERS ? undefined : parseSuite(text);
      return suite?.archive === archive && suite.name === name ? suite : undefined;
    },
    write: async ({ sources, ...suite }) => {
      const packages = Object.fromEntries(
        [...sources].map(([name, { version, changelogs }]) => [
          name,
          [version, ...changelogs.flatMap(({ path, sha256, sizeBytes }) => [path, sha256, sizeBytes])],
        ]),
      );
      await writeWhole(
        pathOf(suite.archive, suite.name),
        JSON.stringify({ form: VERSION, ...suite, sources: packages }),
      );
    },
  };
}

function parseSuite(text: string): Suite | undefined {
  const kept = objectOf(parseJson(text));
  if (kept['form'] !== VERSION) return undefined;
  const { name, archive, version, date, fetchedAt, sources } = kept;
  if (![name, archive, version, date, fetchedAt].every(isText) || !isObject(sources)) return undefined;
  return {
    name: textOf(name, MAX_FIELD_CHARACTERS),
    archive: textOf(archive, MAX_FIELD_CHARACTERS),
    version: textOf(version, MAX_FIELD_CHARACTERS),
    date: textOf(date, MAX_FIELD_CHARACTERS),
    fetchedAt: textOf(fetchedAt, MAX_FIELD_CHARACTERS),
    validUntil: textOrNull(kept['validUntil']),
    etag: textOrNull(kept['etag']),
    lastModified: textOrNull(kept['lastModified']),
    sources: new Map(
      Object.entries(sources).flatMap(([source, fields]) => {
        const it = parsePackage(fields);
        return it === undefined ? [] : [[source, it] as const];
      }),
    ),
  };
}

/** `[version, path, sha256, sizeBytes, path, …]`: a third of the size that names for each would have. */
function parsePackage(fields: unknown): SourcePackage | undefined {
  if (!Array.isArray(fields)) return undefined;
  const [version, ...files]: unknown[] = fields;
  if (!isText(version)) return undefined;
  const changelogs: ChangelogFile[] = [];
  for (let at = 0; at < files.length; at += 3) {
    const [path, sha256, sizeBytes] = files.slice(at, at + 3);
    if (isText(path) && isText(sha256) && typeof sizeBytes === 'number')
      changelogs.push({ path, sha256, sizeBytes });
  }
  return { version, changelogs };
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function textOrNull(value: unknown): string | null {
  return isText(value) ? value : null;
}

import { randomUUID } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../core/ports.ts';
import { normalizePackageName, versionOrderOf } from '../versions/ecosystems.ts';
import { INDEX_FORMAT, NAME_INDEX, type OsvIndexInfo, SCHEMA } from './index-file.ts';
import { isInRange } from './ranges.ts';
import { type OsvAffected, type OsvRecord, parseOsvRecord } from './record.ts';
import { readZip } from './zip.ts';

const MIB = 1024 * 1024;
const LIMITS = { maxEntries: 2_000_000, maxEntryBytes: 16 * MIB, maxDirectoryBytes: 512 * MIB };

export interface BuildIndexRequest {
  /** Where the index goes. One that is there is replaced as a whole, at the end. */
  readonly path: string;
  /** OSV's `all.zip` of each ecosystem, as files. */
  readonly zips: readonly string[];
  readonly clock: Clock;
  /** Called for every thousand records. */
  readonly onProgress?: (records: number) => void;
}

/**
 * Builds the index of OSV's records, as a stream: memory does not grow with their number. Records are untrusted: odd
 * ones are skipped, withdrawn ones left out. Throws `input-invalid` for an archive that is damaged.
 */
export async function buildOsvIndex(request: BuildIndexRequest, signal: AbortSignal): Promise<OsvIndexInfo> {
  await mkdir(dirname(request.path), { recursive: true, mode: 0o700 });
  const temporary = `${request.path}.${randomUUID()}.tmp`;
  try {
    const info = await fill(temporary, request, signal);
    await rename(temporary, request.path);
    return info;
  } finally {
    await rm(temporary, { force: true });
  }
}

async function fill(path: string, request: BuildIndexRequest, signal: AbortSignal): Promise<OsvIndexInfo> {
  using database = new DatabaseSync(path);
  // Nobody reads it before it is whole, and a crash throws it away: no journal is needed.
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE');
  database.exec(SCHEMA);
  const writer = createWriter(database);
  for (const zip of request.zips) {
    await using file = await open(zip);
    database.exec('BEGIN');
    for await (const { name, content } of readZip(file, LIMITS)) {
      signal.throwIfAborted();
      const record = name.endsWith('.json') ? parseOsvRecord(content.toString('utf8')) : undefined;
      if (record === undefined || record.isWithdrawn) continue;
      if (writer.write(record) % 1000 === 0) request.onProgress?.(writer.count());
    }
    database.exec('COMMIT');
  }
  return writer.finish(request.clock.now());
}

interface Writer {
  /** How many records are in now. */
  write(record: OsvRecord): number;
  count(): number;
  finish(builtAt: Date): OsvIndexInfo;
}

function createWriter(database: DatabaseSync): Writer {
  const insertAdvisory = database.prepare(
    'INSERT INTO advisory (key, id, severity, detail) VALUES (?, ?, ?, ?)',
  );
  const insertAffected = database.prepare(
    'INSERT INTO affected (ecosystem, name, advisory, data) VALUES (?, ?, ?, ?)',
  );
  const ecosystems = new Map<string, { records: number; newest: string }>();
  let count = 0;
  return {
    count: () => count,
    write: (record) => {
      count += 1;
      const { id, aliases, upstream, summary, severity, modified } = record;
      insertAdvisory.run(count, id, severity, JSON.stringify([summary, aliases, upstream]));
      for (const affected of record.affected) {
        const name = normalizePackageName(affected.ecosystem, affected.name);
        insertAffected.run(affected.ecosystem, name, count, pack(affected));
      }
      for (const ecosystem of new Set(record.affected.map((it) => it.ecosystem))) {
        const known = ecosystems.get(ecosystem) ?? { records: 0, newest: '' };
        const newest = [known.newest, dateOf(modified)].sort().at(-1) ?? '';
        ecosystems.set(ecosystem, { records: known.records + 1, newest });
      }
      return count;
    },
    finish: (now) => {
      const builtAt = now.toISOString();
      const insertSource = database.prepare(
        'INSERT INTO source (ecosystem, records, newest) VALUES (?, ?, ?)',
      );
      const sources = [...ecosystems].map(([ecosystem, it]) => ({ ecosystem, ...it }));
      for (const { ecosystem, records, newest } of sources) insertSource.run(ecosystem, records, newest);
      database.prepare('INSERT INTO meta (format, built_at) VALUES (?, ?)').run(INDEX_FORMAT, builtAt);
      database.exec(NAME_INDEX);
      return { builtAt, sources };
    },
  };
}

/** Some databases write the year 1 for "not known". */
function dateOf(modified: string): string {
  return modified >= '1990' ? modified : '';
}

/** `[[event, …] of each range, versions]`, without versions that the ranges say as well: most of OSV's bytes are such. */
function pack({ ecosystem, ranges, versions }: OsvAffected): string {
  const order = versionOrderOf(ecosystem);
  const isSaid = (version: string): boolean =>
    order !== undefined && ranges.some((range) => isInRange(range, version, order));
  return JSON.stringify([ranges.map(({ events }) => events), versions.filter((it) => !isSaid(it))]);
}

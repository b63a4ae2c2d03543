import { DatabaseSync } from 'node:sqlite';
import { DrydockError } from '../../core/errors.ts';
import { VULNERABILITY_SEVERITIES } from '../../core/vulnerability.ts';
import { listOf, parseJson, textOf, textsOf } from '../untrusted-json.ts';
import { INDEX_FORMAT, type OsvEntry, type OsvIndexInfo } from './index-file.ts';
import type { OsvEvent } from './record.ts';

/** An index that was built, open for reading. One that is replaced meanwhile stays readable here. */
export interface OsvIndex extends Disposable {
  readonly info: OsvIndexInfo;
  /** What is said of a package in one ecosystem; `name` as `normalizePackageName` gives it. */
  find(ecosystem: string, name: string): readonly OsvEntry[];
}

/** Opens the index at `path`. Throws `advisories-unavailable` when there is none that can be read. */
export function openOsvIndex(path: string): OsvIndex {
  const database = openDatabase(path);
  try {
    const info = readInfo(database);
    const query = database.prepare(
      `SELECT advisory.id, advisory.severity, advisory.detail, affected.data
         FROM affected JOIN advisory ON advisory.key = affected.advisory
        WHERE affected.name = ? AND affected.ecosystem = ?`,
    );
    return {
      info,
      find: (ecosystem, name) => query.all(name, ecosystem).map(parseRow),
      [Symbol.dispose]: () => database.close(),
    };
  } catch (cause) {
    database.close();
    throw unavailable(path, 'it can’t be read', cause);
  }
}

function openDatabase(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { readOnly: true });
  } catch (cause) {
    throw unavailable(path, 'there is none', cause);
  }
}

function readInfo(database: DatabaseSync): OsvIndexInfo {
  const meta = database.prepare('SELECT format, built_at FROM meta').get();
  if (meta?.['format'] !== INDEX_FORMAT) throw new TypeError(`the index has not the format ${INDEX_FORMAT}`);
  const sources = database.prepare('SELECT ecosystem, records, newest FROM source ORDER BY ecosystem').all();
  return {
    builtAt: textOf(meta['built_at'], 40),
    sources: sources.map(({ ecosystem, records, newest }) => ({
      ecosystem: textOf(ecosystem, 100),
      records: Number(records),
      newest: textOf(newest, 40),
    })),
  };
}

function parseRow(row: Readonly<Record<string, unknown>>): OsvEntry {
  const [summary, aliases, upstream] = listOf(parseJson(textOf(row['detail'], 1e7)), 3);
  const [ranges, versions] = listOf(parseJson(textOf(row['data'], 1e8)), 2);
  const severity = VULNERABILITY_SEVERITIES.find((word) => word === row['severity']) ?? 'unknown';
  return {
    id: textOf(row['id'], 100),
    severity,
    summary: textOf(summary, 300),
    aliases: textsOf(aliases, 1000),
    upstream: textsOf(upstream, 1000),
    affected: {
      ranges: listOf(ranges, 500).map((events) => ({
        type: 'ECOSYSTEM',
        events: listOf(events, 2000).flatMap(parseEvent),
      })),
      versions: textsOf(versions, 20_000),
    },
  };
}

const KINDS = ['introduced', 'fixed', 'last_affected', 'limit'] as const;

function parseEvent(value: unknown): readonly OsvEvent[] {
  const [word, version] = textsOf(value, 2);
  const kind = KINDS.find((it) => it === word);
  return kind === undefined || version === undefined ? [] : [[kind, version]];
}

function unavailable(path: string, why: string, cause: unknown): DrydockError {
  return new DrydockError(
    'advisories-unavailable',
    `An index of advisories was expected at ${path}, but ${why}. Make one with drydock db update.`,
    { cause },
  );
}

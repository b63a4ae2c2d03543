import type { VulnerabilitySeverity } from '../../core/vulnerability.ts';
import type { OsvAffected } from './record.ts';

/** Rises when the tables change; an index of another format is as good as none. */
export const INDEX_FORMAT = 1;

/**
 * One table for what is said once per record and one for what is said per package. Names are found by an index that is
 * made once, when all rows are in.
 */
export const SCHEMA = `
  CREATE TABLE advisory (key INTEGER PRIMARY KEY, id TEXT NOT NULL, severity TEXT NOT NULL, detail TEXT NOT NULL);
  CREATE TABLE affected (ecosystem TEXT NOT NULL, name TEXT NOT NULL, advisory INTEGER NOT NULL, data TEXT NOT NULL);
  CREATE TABLE source (ecosystem TEXT PRIMARY KEY, records INTEGER NOT NULL, newest TEXT NOT NULL) WITHOUT ROWID;
  CREATE TABLE meta (format INTEGER NOT NULL, built_at TEXT NOT NULL);
`;

export const NAME_INDEX = 'CREATE INDEX affected_name ON affected (name, ecosystem)';

/** What the index holds of one ecosystem. */
export interface OsvSourceInfo {
  readonly ecosystem: string;
  readonly records: number;
  /** ISO 8601: when its newest record was changed; '' when none says. */
  readonly newest: string;
}

export interface OsvIndexInfo {
  /** ISO 8601. */
  readonly builtAt: string;
  readonly sources: readonly OsvSourceInfo[];
}

/** One record's word on one package. */
export interface OsvEntry {
  readonly id: string;
  readonly aliases: readonly string[];
  readonly upstream: readonly string[];
  readonly summary: string;
  readonly severity: VulnerabilitySeverity;
  readonly affected: Pick<OsvAffected, 'ranges' | 'versions'>;
}

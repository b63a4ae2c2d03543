import { JOBS } from './migrations/0001-jobs.ts';

/** One step forward of the schema. Once released it is never changed: its checksum is verified. */
export interface Migration {
  /** Counts from 1 without a gap. */
  readonly id: number;
  readonly name: string;
  readonly sql: string;
}

/** All of them, in order. */
export const MIGRATIONS: readonly Migration[] = [{ id: 1, name: 'jobs', sql: JOBS }];

import type { Clock, IdempotencyStore } from '../core/ports.ts';
import type { Database } from './database.ts';
import { text, textOrNull } from './row.ts';

const KEPT_MS = 24 * 3_600_000;
const CLAIM_MS = 2 * 60_000;

/** Keys of submissions in SQL. What is older than a day is removed when the next key is claimed. */
export function createIdempotencyStore(database: Database, clock: Clock): IdempotencyStore {
  const ago = (ms: number): string => new Date(clock.now().getTime() - ms).toISOString();
  return {
    claim: async ({ tokenId, key }, payloadDigest) => {
      await database.query('DELETE FROM idempotency_keys WHERE claimed_at <= $1', [ago(KEPT_MS)]);
      for (;;) {
        const claimed = await database.query(
          `INSERT INTO idempotency_keys AS it (token_id, key, payload_digest, claimed_at) VALUES ($1, $2, $3, $4)
           ON CONFLICT (token_id, key) DO UPDATE SET payload_digest = $3, claimed_at = $4
             WHERE it.job_id IS NULL AND it.claimed_at <= $5
           RETURNING key`,
          [tokenId, storable(key), payloadDigest, ago(0), ago(CLAIM_MS)],
        );
        if (claimed.length > 0) return { state: 'claimed' };
        const [row] = await database.query(
          'SELECT payload_digest, job_id FROM idempotency_keys WHERE token_id = $1 AND key = $2',
          [tokenId, storable(key)],
        );
        // Between the two it may have been released: then it is free.
        if (row === undefined) continue;
        if (text(row, 'payload_digest') !== payloadDigest) return { state: 'mismatch' };
        const jobId = textOrNull(row, 'job_id');
        return jobId === null ? { state: 'in-flight' } : { state: 'answered', jobId };
      }
    },
    answer: async ({ tokenId, key }, jobId) => {
      await database.query('UPDATE idempotency_keys SET job_id = $3 WHERE token_id = $1 AND key = $2', [
        tokenId,
        storable(key),
        jobId,
      ]);
    },
    release: async ({ tokenId, key }) => {
      await database.query(
        'DELETE FROM idempotency_keys WHERE token_id = $1 AND key = $2 AND job_id IS NULL',
        [tokenId, storable(key)],
      );
    },
  };
}

/** A client's key as text that PostgreSQL takes: as JSON, which two different keys never share. */
function storable(key: string): string {
  return JSON.stringify(key);
}

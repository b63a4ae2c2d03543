import type { Digest } from '../core/digest.ts';
import type { Clock, IdempotencyStore } from '../core/ports.ts';

const DAY_MS = 24 * 60 * 60_000;
const CLAIM_MS = 2 * 60_000;
const MAX_KEYS = 10_000;

interface Entry {
  readonly payloadDigest: Digest;
  readonly jobId: string | null;
  readonly at: number;
}

/** Remembers in this process only, the newest 10 000 keys: for one server without a database for it. */
export function createMemoryIdempotencyStore(clock: Clock): IdempotencyStore {
  const entries = new Map<string, Entry>();
  const nameOf = (key: { tokenId: string; key: string }): string => JSON.stringify([key.tokenId, key.key]);
  return {
    claim: async (key, payloadDigest) => {
      const name = nameOf(key);
      const now = clock.now().getTime();
      const entry = entries.get(name);
      const livesMs = entry?.jobId === null ? CLAIM_MS : DAY_MS;
      if (entry !== undefined && now - entry.at < livesMs) {
        if (entry.payloadDigest !== payloadDigest) return { state: 'mismatch' };
        return entry.jobId === null ? { state: 'in-flight' } : { state: 'answered', jobId: entry.jobId };
      }
      entries.delete(name);
      entries.set(name, { payloadDigest, jobId: null, at: now });
      const [oldest] = entries.keys();
      if (entries.size > MAX_KEYS && oldest !== undefined) entries.delete(oldest);
      return { state: 'claimed' };
    },
    answer: async (key, jobId) => {
      const entry = entries.get(nameOf(key));
      if (entry !== undefined) entries.set(nameOf(key), { ...entry, jobId, at: clock.now().getTime() });
    },
    release: async (key) => {
      if (entries.get(nameOf(key))?.jobId === null) entries.delete(nameOf(key));
    },
  };
}

import { hash, randomUUID } from 'node:crypto';
import type { Clock, TokenStore } from '../../src/core/ports.ts';
import { newToken } from '../../src/store/token-format.ts';

/** Tokens over a map, by their hashes. */
export function createMemoryTokens(clock: Clock): TokenStore {
  const tokens = new Map<
    string,
    Awaited<ReturnType<TokenStore['list']>>[number] & { role: 'submitter' | 'admin' }
  >();
  const hashOf = (token: string): string => hash('sha256', token);
  return {
    create: async ({ name, role, expiresAt }) => {
      const token = newToken();
      const id = randomUUID();
      const createdAt = clock.now().toISOString();
      tokens.set(hashOf(token), { id, name, role, createdAt, expiresAt, lastUsedAt: null, isRevoked: false });
      return { id, token };
    },
    verify: async (token) => {
      const found = tokens.get(hashOf(token));
      if (found === undefined || found.isRevoked) return undefined;
      if (found.expiresAt !== null && new Date(found.expiresAt) <= clock.now()) return undefined;
      tokens.set(hashOf(token), { ...found, lastUsedAt: clock.now().toISOString() });
      return { id: found.id, name: found.name, role: found.role };
    },
    list: async () => [...tokens.values()],
    revoke: async (id) => {
      const entry = [...tokens].find(([, token]) => token.id === id);
      if (entry === undefined) return false;
      tokens.set(entry[0], { ...entry[1], isRevoked: true });
      return true;
    },
  };
}

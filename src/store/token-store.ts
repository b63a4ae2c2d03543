import { createHash, randomUUID } from 'node:crypto';
import { DrydockError } from '../core/errors.ts';
import type { Clock, TokenStore } from '../core/ports.ts';
import type { Database, Row } from './database.ts';
import { isJobId as isUuid } from './job-row.ts';
import { flag, text, time, timeOrNull } from './row.ts';
import { isTokenShaped, newToken } from './token-format.ts';

const NAME_MAX = 100;

/**
 * Tokens by their SHA-256: 32 random bytes need no slow hash. Looking one up takes the same single query whether it is
 * unknown, expired or revoked. When it was last used is kept to the minute.
 */
export function createTokenStore(database: Database, clock: Clock): TokenStore {
  return {
    create: async ({ name, role, expiresAt }) => {
      if (name.length === 0 || [...name].length > NAME_MAX || name.includes('\0') || !name.isWellFormed())
        throw new DrydockError(
          'input-invalid',
          `A token's name of 1 to ${NAME_MAX} characters was expected.`,
        );
      if (expiresAt !== null && Number.isNaN(Date.parse(expiresAt)))
        throw new DrydockError(
          'input-invalid',
          `An ISO 8601 time was expected, got ${JSON.stringify(expiresAt)}.`,
        );
      const [id, token] = [randomUUID(), newToken()];
      await database.query(
        'INSERT INTO tokens (id, name, role, hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6)',
        [
          id,
          name,
          role,
          hashOf(token),
          now(clock),
          expiresAt === null ? null : new Date(expiresAt).toISOString(),
        ],
      );
      return { id, token };
    },
    verify: async (token) => {
      if (!isTokenShaped(token)) return undefined;
      const [row] = await database.query(
        `SELECT id, name, role, (revoked_at IS NOT NULL OR expires_at <= $2) IS TRUE AS is_over,
           (last_used_at IS NULL OR last_used_at < $2::timestamptz - interval '1 minute') AS is_use_due
         FROM tokens WHERE hash = $1`,
        [hashOf(token), now(clock)],
      );
      if (row === undefined || flag(row, 'is_over')) return undefined;
      const id = text(row, 'id');
      if (flag(row, 'is_use_due'))
        await database.query('UPDATE tokens SET last_used_at = $2 WHERE id = $1', [id, now(clock)]);
      return { id, name: text(row, 'name'), role: readRole(row) };
    },
    list: async () => {
      const rows = await database.query('SELECT * FROM tokens ORDER BY created_at, id');
      return rows.map((row) => ({
        id: text(row, 'id'),
        name: text(row, 'name'),
        role: text(row, 'role'),
        createdAt: time(row, 'created_at'),
        expiresAt: timeOrNull(row, 'expires_at'),
        lastUsedAt: timeOrNull(row, 'last_used_at'),
        isRevoked: timeOrNull(row, 'revoked_at') !== null,
      }));
    },
    revoke: async (id) => {
      if (!isUuid(id)) return false;
      const rows = await database.query(
        'UPDATE tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING id',
        [id, now(clock)],
      );
      return rows.length > 0;
    },
  };
}

function readRole(row: Row): 'submitter' | 'admin' {
  return text(row, 'role') === 'admin' ? 'admin' : 'submitter';
}

function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

function now(clock: Clock): string {
  return clock.now().toISOString();
}

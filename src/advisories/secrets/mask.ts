import { printable } from '../../core/printable.ts';

/** So many stars whatever the length: that too would tell something. */
const STARS = '*'.repeat(16);

/** The secret's public beginning and stars. Never more than a quarter of it, never more than 40 characters. */
export function mask(secret: string, publicPrefix: number): string {
  const visible = Math.min(publicPrefix, Math.floor(secret.length / 4), 40);
  return `${printable(secret.slice(0, visible))}${STARS}`;
}

import { createHash } from 'node:crypto';
import { DrydockError } from './errors.ts';

/** Content by its SHA-256, e.g. `sha256:9f86…` (64 lower-case hex digits). Never a tag. */
export type Digest = `sha256:${string}`;

const DIGEST = /^sha256:[a-f0-9]{64}$/;

/** Whether `text` is a complete digest. The pattern is anchored: a digest is used in paths (CVE-2024-3727). */
export function isDigest(text: string): text is Digest {
  return DIGEST.test(text);
}

/** Reads a digest; a bare 64-digit id, as Podman prints it, is one too. Throws `input-invalid`. */
export function parseDigest(text: string): Digest {
  const trimmed = text.trim();
  const full = /^[a-f0-9]{64}$/.test(trimmed) ? `sha256:${trimmed}` : trimmed;
  if (isDigest(full)) return full;
  throw new DrydockError(
    'input-invalid',
    `A digest of the form sha256:<64 hex digits> was expected, got ${JSON.stringify(text.slice(0, 80))}.`,
  );
}

/** The digest of bytes, or of a text as UTF-8. */
export function digestOf(content: string | Uint8Array): Digest {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`;
}

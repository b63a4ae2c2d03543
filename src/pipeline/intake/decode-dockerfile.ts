import { gunzipSync } from 'node:zlib';
import { type Digest, digestOf } from '../../core/digest.ts';
import { DrydockError } from '../../core/errors.ts';
import type { IntakeLimits } from '../../core/limits.ts';

export interface DecodedDockerfile {
  readonly text: string;
  /** Over the decoded bytes. */
  readonly digest: Digest;
  readonly encoding: 'gzip+base64' | 'plain';
}

/**
 * The Dockerfile out of the transported field: base64 of gzip (the seed's form) or the plain text. Untrusted.
 * A text without any blank can't be a Dockerfile (`FROM x` has one), so it is taken for base64.
 * Decompression stops at the limit: a bomb costs no memory.
 * Throws `payload-not-base64`, `payload-not-gzip`, `payload-too-large`, `payload-not-utf8`, `payload-has-nul`.
 */
export function decodeDockerfile(
  field: string,
  limits: Pick<IntakeLimits, 'dockerfileBytes'>,
): DecodedDockerfile {
  const isPlain = /[ \t]/.test(field.slice(0, limits.dockerfileBytes));
  const bytes = isPlain
    ? Buffer.from(field, 'utf8')
    : gunzipBounded(decodeBase64(field), limits.dockerfileBytes);
  if (bytes.length > limits.dockerfileBytes) throw tooLarge(`${bytes.length} bytes`, limits.dockerfileBytes);
  const text = decodeUtf8(bytes);
  const nul = text.indexOf('\0');
  if (nul >= 0) {
    const line = text.slice(0, nul).split('\n').length;
    throw new DrydockError(
      'payload-has-nul',
      `A text was expected, got a NUL byte in line ${line}. Remove it.`,
    );
  }
  return { text, digest: digestOf(bytes), encoding: isPlain ? 'plain' : 'gzip+base64' };
}

/** Decodes base64 as `base64` writes it, line breaks included. Throws `payload-not-base64`. */
export function decodeBase64(field: string): Buffer {
  const compact = field.replaceAll(/[\r\n]/g, '');
  const bad = /[^A-Za-z0-9+/=]|=(?!=?$)/.exec(compact);
  if (compact === '' || bad !== null || compact.length % 4 === 1) {
    const got =
      compact === ''
        ? 'nothing'
        : bad === null
          ? `${compact.length} characters, a length that base64 never has`
          : `${JSON.stringify(bad[0])} at character ${bad.index + 1}`;
    throw new DrydockError(
      'payload-not-base64',
      `Base64 of gzip was expected (gzip -c Dockerfile | base64), or a Dockerfile as plain text; got ${got}.`,
    );
  }
  return Buffer.from(compact, 'base64');
}

function gunzipBounded(bytes: Buffer, maxBytes: number): Buffer {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) {
    throw new DrydockError(
      'payload-not-gzip',
      `gzip was expected inside the base64, got bytes that begin with ${bytes.subarray(0, 4).toString('hex') || 'nothing'}. Compress first: gzip -c Dockerfile | base64.`,
    );
  }
  try {
    return gunzipSync(bytes, { maxOutputLength: maxBytes });
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE')
      throw tooLarge(`more when decompressed`, maxBytes, error);
    throw new DrydockError(
      'payload-not-gzip',
      `A whole gzip stream was expected, got a damaged one (${error instanceof Error ? error.message : 'unreadable'}). Send it again.`,
      { cause: error },
    );
  }
}

/** Without `stream` it keeps nothing from one call to the next. */
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes);
  } catch (error) {
    throw new DrydockError(
      'payload-not-utf8',
      'A Dockerfile in UTF-8 was expected, got bytes that are not. Convert it, e.g. with iconv.',
      { cause: error },
    );
  }
}

function tooLarge(got: string, maxBytes: number, cause?: unknown): DrydockError {
  return new DrydockError(
    'payload-too-large',
    `A Dockerfile of at most ${maxBytes} bytes was expected, got ${got}.`,
    { cause },
  );
}

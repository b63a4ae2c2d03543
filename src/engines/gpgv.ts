import { access } from 'node:fs/promises';
import { DrydockError } from '../core/errors.ts';
import type { SignatureVerifier } from '../core/ports.ts';
import { exec } from './exec.ts';

const TIMEOUT_MS = 20_000;
/** More than any InRelease; a signed text can't be longer than its document. */
const MAX_OUTPUT_BYTES = 32 * 1024 * 1024;
/** OpenPGP hash algorithms that still bind: SHA-256, SHA-384, SHA-512, SHA-224. Source: RFC 4880, 9.4. */
const STRONG_HASHES = new Set(['8', '9', '10', '11']);
const HEAD = '-----BEGIN PGP SIGNED MESSAGE-----\n';
const SIGNATURE = '\n-----BEGIN PGP SIGNATURE-----\n';
const END = '\n-----END PGP SIGNATURE-----';

/**
 * A verifier that asks `gpgv` of the machine. `keyrings` are the only keys it trusts: absolute paths.
 * At least one good signature by a strong hash is needed, and none that is bad; a signature by an unknown key beside
 * it is let be, since archives sign with the old and the new key while they change.
 */
export function createGpgvVerifier({
  keyrings,
}: {
  readonly keyrings: readonly string[];
}): SignatureVerifier {
  return {
    verify: async (document, signal) => {
      if (!isOneMessage(document))
        return { status: 'invalid', why: 'it is not one clear-signed message and nothing else' };
      await Promise.all(keyrings.map(assertReadable));
      const result = await exec({
        command: 'gpgv',
        args: [
          ...['--homedir', '/nonexistent', '--status-fd', '2'],
          ...keyrings.flatMap((keyring) => ['--keyring', keyring]),
          ...['--output', '-', '-'],
        ],
        env: { PATH: '/usr/local/bin:/usr/bin:/bin', LC_ALL: 'C' },
        input: document,
        timeoutMs: TIMEOUT_MS,
        maxOutputBytes: MAX_OUTPUT_BYTES,
        signal,
      });
      if (result.status !== 'exited') return { status: 'invalid', why: `gpgv was ${result.status}` };
      const judged = judge(result.stderr);
      return judged.status === 'valid' ? { ...judged, text: result.stdout } : judged;
    },
  };
}

async function assertReadable(keyring: string): Promise<void> {
  try {
    await access(keyring);
  } catch (cause) {
    throw new DrydockError(
      'tool-missing',
      `The keyring ${keyring} was expected, but can’t be read. On Debian: apt-get install debian-archive-keyring.`,
      { cause },
    );
  }
}

/** Bytes before, between or after are what signature-wrapping attacks live on: they are refused unseen. */
function isOneMessage(document: Uint8Array): boolean {
  const text = Buffer.from(document).toString('latin1').replaceAll('\r\n', '\n');
  const signature = text.indexOf(SIGNATURE);
  const end = text.indexOf(END);
  return (
    text.startsWith(HEAD) &&
    !text.includes(`\n${HEAD}`) &&
    signature > 0 &&
    text.indexOf(SIGNATURE, signature + 1) < 0 &&
    end > signature &&
    text.slice(end + END.length).trim() === ''
  );
}

type Judgement =
  | { readonly status: 'valid'; readonly keys: readonly string[] }
  | { readonly status: 'invalid'; readonly why: string };

/** Reads gpgv's machine-readable status. Source: GnuPG doc/DETAILS. */
function judge(output: string): Judgement {
  const status = output
    .split('\n')
    .filter((line) => line.startsWith('[GNUPG:] '))
    .map((line) => line.split(' ').slice(1));
  const bad = status.find(([word = '']) =>
    ['BADSIG', 'EXPKEYSIG', 'REVKEYSIG', 'EXPSIG', 'ERROR'].includes(word),
  );
  if (bad !== undefined) return { status: 'invalid', why: `gpgv says ${bad.slice(0, 3).join(' ')}` };
  const valid = status.filter(([word]) => word === 'VALIDSIG');
  const keys = valid
    .filter((fields) => STRONG_HASHES.has(fields[8] ?? ''))
    .map(([, fingerprint = '']) => fingerprint);
  if (keys.length > 0 && status.some(([word]) => word === 'GOODSIG')) return { status: 'valid', keys };
  if (valid.length > 0) return { status: 'invalid', why: 'its signatures use a hash that no longer binds' };
  const unknown = status.find(([word]) => word === 'NO_PUBKEY')?.[1];
  return {
    status: 'invalid',
    why: unknown === undefined ? 'no signature in it is good' : `it is signed by the unknown key ${unknown}`,
  };
}

import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const PREFIX = 'dd_';
const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 32 random bytes in base 62. */
const SECRET_LENGTH = 43;
/** A CRC-32 in base 62: typing errors and cut tokens are known without asking the database. */
const CHECK_LENGTH = 6;
const TOKEN = new RegExp(`^${PREFIX}[0-9A-Za-z]{${SECRET_LENGTH + CHECK_LENGTH}}$`);

/** A new token, e.g. `dd_` and 49 letters and digits. The prefix lets scanners for secrets find it. */
export function newToken(): string {
  const secret = base62(BigInt(`0x${randomBytes(32).toString('hex')}`), SECRET_LENGTH);
  return `${PREFIX}${secret}${checkOf(secret)}`;
}

/** Whether this could be a token of ours at all. Untrusted, of any length. */
export function isTokenShaped(text: string): boolean {
  if (text.length !== PREFIX.length + SECRET_LENGTH + CHECK_LENGTH || !TOKEN.test(text)) return false;
  return checkOf(text.slice(PREFIX.length, -CHECK_LENGTH)) === text.slice(-CHECK_LENGTH);
}

function checkOf(secret: string): string {
  return base62(BigInt(crc32(secret)), CHECK_LENGTH);
}

function base62(value: bigint, length: number): string {
  let rest = value;
  let digits = '';
  for (let place = 0; place < length; place += 1) {
    digits = `${ALPHABET[Number(rest % 62n)]}${digits}`;
    rest /= 62n;
  }
  return digits;
}

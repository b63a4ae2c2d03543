import { defineRule, sample } from '../rule.ts';

const BODY = `${sample(64)}\n${sample(64)}\n`;

export const privateKey = defineRule({
  id: 'private-key',
  title: 'Private key',
  sources: ['RFC 7468', 'OpenSSH PROTOCOL.key', 'RFC 4880 6.2'],
  keywords: ['PRIVATE KEY'],
  // Base64 must follow: libraries name the header in their sources, and only keys have a body.
  pattern:
    /(?<secret>-----BEGIN (?:[A-Z0-9]{1,20} ){0,2}PRIVATE KEY(?: BLOCK)?-----(?:\s|\\r|\\n){1,8}(?:[A-Za-z-]{1,20}: ?[^\n]{0,200}(?:\s|\\r|\\n){1,8}){0,6}[A-Za-z0-9+/]{40})/g,
  publicPrefix: 16,
  bad: [
    `-----BEGIN RSA PRIVATE KEY-----\n${BODY}-----END RSA PRIVATE KEY-----\n`,
    `-----BEGIN OPENSSH PRIVATE KEY-----\n${BODY}`,
    `-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: GnuPG v2\n\n${BODY}`,
    `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00FF\n\n${BODY}`,
    `{"private_key": "-----BEGIN PRIVATE KEY-----\\n${sample(64)}\\n"}`,
  ],
  good: [
    `-----BEGIN CERTIFICATE-----\n${BODY}`,
    `-----BEGIN PUBLIC KEY-----\n${BODY}`,
    "const header = '-----BEGIN RSA PRIVATE KEY-----';",
    '-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----',
  ],
});

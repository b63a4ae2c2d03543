import { printable } from '../core/printable.ts';

const MAX_QUOTE_CHARS = 60;
const MAX_LICENSES = 20;
const MAX_LICENSE_CHARS = 200;

/** Bytes as UTF-8; what is no UTF-8 becomes U+FFFD, which no grammar of a name or version allows. */
export function decodeText(content: Uint8Array): string {
  return Buffer.from(content.buffer, content.byteOffset, content.byteLength).toString('utf8');
}

/** Hostile text, short and visible, to be named in a note. */
export function quote(text: string): string {
  return printable(JSON.stringify(text.slice(0, MAX_QUOTE_CHARS)));
}

/** Licences as declared: trimmed, bounded, each once. Undefined when nothing is left. */
export function cleanLicenses(declared: Iterable<string>): readonly string[] | undefined {
  const clean = new Set<string>();
  for (const text of declared) {
    const line = printable(text.slice(0, MAX_LICENSE_CHARS).replaceAll(/\s+/g, ' ')).trim();
    if (line !== '') clean.add(line);
    if (clean.size >= MAX_LICENSES) break;
  }
  return clean.size === 0 ? undefined : [...clean];
}

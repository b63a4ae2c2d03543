import type { OperatingSystem } from '../core/package.ts';
import { printable } from '../core/printable.ts';
import { decodeText } from './text.ts';

/** Where an operating system says what it is, the one that counts first. Source: os-release(5). */
export const OS_RELEASE_PATHS = ['/etc/os-release', '/usr/lib/os-release'];

const MAX_BYTES = 64 * 1024;
const MAX_VALUE_CHARS = 200;
/** What ID, VERSION_ID and VERSION_CODENAME may be made of; some distributions use upper case. */
const WORD = /^[A-Za-z0-9][A-Za-z0-9._+-]{0,63}$/;

export interface OsRelease {
  readonly os: OperatingSystem;
  /** Distributions that it says it is like, nearest first. */
  readonly like: readonly string[];
}

/**
 * What an os-release file says, or null when it names no usable ID. Hostile: values that are no words are left out.
 * The file is read as data, never as shell; the last assignment of a name counts, as in a shell.
 */
export function parseOsRelease(content: Uint8Array): OsRelease | null {
  const values = new Map<string, string>();
  for (const line of decodeText(content.subarray(0, MAX_BYTES)).split('\n')) {
    const match = /^\s*([A-Z][A-Z0-9_]*)=(.*)$/.exec(line);
    if (match?.[1] !== undefined && match[2] !== undefined) values.set(match[1], unquote(match[2].trim()));
  }
  const id = word(values.get('ID'))?.toLowerCase();
  if (id === undefined) return null;
  const versionId = word(values.get('VERSION_ID'));
  const codename = word(values.get('VERSION_CODENAME'));
  const prettyName = printable(values.get('PRETTY_NAME') ?? '').slice(0, MAX_VALUE_CHARS);
  return {
    os: {
      id,
      ...(versionId !== undefined && { versionId }),
      ...(codename !== undefined && { codename }),
      ...(prettyName !== '' && { prettyName }),
    },
    like: (values.get('ID_LIKE') ?? '').split(/\s+/).filter((name) => WORD.test(name)),
  };
}

function word(value: string | undefined): string | undefined {
  return value !== undefined && WORD.test(value) ? value : undefined;
}

/** A shell word without its quotes and backslashes. */
function unquote(value: string): string {
  const first = value[0];
  if (first === "'") return value.slice(1, value.endsWith("'") && value.length > 1 ? -1 : undefined);
  const inner =
    first === '"' ? value.slice(1, value.endsWith('"') && value.length > 1 ? -1 : undefined) : value;
  return inner.replaceAll(/\\(.)/g, '$1');
}

import { DrydockError } from '../../core/errors.ts';
import { parseDeb822 } from './deb822.ts';

/** What a suite's signed Release file says. Times are ISO 8601. */
export interface ReleaseFile {
  readonly codename: string;
  readonly suite: string;
  /** Debian's number, e.g. `12`. */
  readonly version: string;
  readonly date: string;
  readonly validUntil: string | null;
  /** By path below the suite, e.g. `main/source/Sources.xz`. */
  readonly files: ReadonlyMap<string, { readonly sha256: string; readonly sizeBytes: number }>;
}

const FIELDS = new Set(['codename', 'suite', 'version', 'date', 'valid-until', 'sha256']);
/** A real one lists some hundreds. */
const MAX_FILES = 20_000;

/** Reads a Release file whose signature was checked. Throws `advisories-unavailable` when a needed field is missing. */
export function parseReleaseFile(text: string): ReleaseFile {
  const [fields] = parseDeb822(text, FIELDS);
  const codename = fields?.get('codename') ?? '';
  const date = parseDate(fields?.get('date'));
  const files = parseFiles(fields?.get('sha256') ?? '');
  if (codename === '' || date === null || files.size === 0)
    throw new DrydockError(
      'advisories-unavailable',
      'A Release file with Codename, Date and SHA256 was expected, got one that lacks them.',
    );
  return {
    codename,
    suite: fields?.get('suite') ?? '',
    version: fields?.get('version') ?? '',
    date,
    validUntil: parseDate(fields?.get('valid-until')),
    files,
  };
}

function parseDate(text: string | undefined): string | null {
  const date = new Date(text ?? '');
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function parseFiles(text: string): ReleaseFile['files'] {
  const files = new Map<string, { sha256: string; sizeBytes: number }>();
  for (const line of text.split('\n')) {
    const match = /^([0-9a-f]{64})\s+(\d{1,12})\s+(\S+)$/.exec(line);
    const [, sha256 = '', size = '', path = ''] = match ?? [];
    if (match !== null && files.size < MAX_FILES) files.set(path, { sha256, sizeBytes: Number(size) });
  }
  return files;
}

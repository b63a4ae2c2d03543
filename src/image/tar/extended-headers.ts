import { damaged, parsePaxRecords, parsePaxSize, type RawHeader } from './header.ts';

/** The most that is read of one extended header. Go's archive/tar, which engines use, has the same bound. */
export const MAX_EXTENDED_BYTES = 1024 * 1024;

export type EntryKind = 'file' | 'folder' | 'link' | 'hard-link' | 'other';

/** One entry of a tar archive. `path` and `linkPath` are as written: nobody has cleaned them. */
export interface TarEntry {
  readonly path: string;
  readonly kind: EntryKind;
  /** Bytes of content that follow. */
  readonly sizeBytes: number;
  readonly linkPath: string;
  /** The content is a map of holes and what lies between them, not the file itself. */
  readonly isSparse: boolean;
}

const KINDS: ReadonlyMap<string, EntryKind> = new Map([
  ['0', 'file'],
  ['7', 'file'],
  ['S', 'file'],
  ['1', 'hard-link'],
  ['2', 'link'],
  ['3', 'other'],
  ['4', 'other'],
  ['5', 'folder'],
  ['6', 'other'],
]);
/** Types without content, whatever their size field says. Source: Go's archive/tar, isHeaderOnly. */
const HEADER_ONLY = new Set(['1', '2', '3', '4', '5', '6']);
/** PAX for the next entry, PAX for all, GNU long name, GNU long link. */
const EXTENDED_TYPES = new Set(['x', 'g', 'L', 'K']);

/** What headers before an entry say about it. */
export interface ExtendedHeaders {
  /** Whether the content of this header is to be handed to `take`. */
  readonly isExtended: (header: RawHeader) => boolean;
  /** Throws `input-invalid`. */
  readonly take: (header: RawHeader, content: Uint8Array) => void;
  /** The entry that a header starts, with all that was taken since the last one. Throws `input-invalid`. */
  readonly apply: (header: RawHeader) => TarEntry;
}

/** Joins extended headers with the headers that they are of, as Go's archive/tar does: GNU's long names win over PAX. */
export function createExtendedHeaders(): ExtendedHeaders {
  let pax: ReadonlyMap<string, string> = new Map();
  let longName: string | null = null;
  let longLink: string | null = null;
  return {
    isExtended: ({ type }) => EXTENDED_TYPES.has(type),
    take: ({ type }, content) => {
      if (type === 'x') pax = parsePaxRecords(content);
      else if (type === 'L') longName = zeroEnded(content);
      else if (type === 'K') longLink = zeroEnded(content);
    },
    apply: (header) => {
      const entry = joined(header, pax, { longName, longLink });
      pax = new Map();
      longName = null;
      longLink = null;
      return entry;
    },
  };
}

function joined(
  header: RawHeader,
  pax: ReadonlyMap<string, string>,
  { longName, longLink }: { readonly longName: string | null; readonly longLink: string | null },
): TarEntry {
  const path = longName ?? (pax.get('GNU.sparse.name') || pax.get('path') || header.name);
  const linkPath = longLink ?? (pax.get('linkpath') || header.linkName);
  if (path.includes('\0') || linkPath.includes('\0')) throw damaged('a name without NUL bytes was expected');
  const size = pax.get('size');
  return {
    path,
    kind: KINDS.get(header.type) ?? 'other',
    sizeBytes: HEADER_ONLY.has(header.type) ? 0 : size ? parsePaxSize(size) : header.sizeBytes,
    linkPath,
    isSparse: header.type === 'S' || [...pax.keys()].some((key) => key.startsWith('GNU.sparse.')),
  };
}

function zeroEnded(content: Uint8Array): string {
  const zero = content.indexOf(0);
  return Buffer.from(zero < 0 ? content : content.subarray(0, zero)).toString('utf8');
}

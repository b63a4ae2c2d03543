import { DrydockError } from '../../core/errors.ts';

/** What of a tar header decides whether an entry may enter the context. */
export interface ContextEntry {
  readonly name: string;
  readonly type: string;
  readonly linkname: string | null;
}

const MAX_DEPTH = 64;
const MAX_NAME_CHARS = 1024;
const IGNORE_FILES = new Set(['.dockerignore', '.containerignore']);

/**
 * Decides entry by entry what may stand in a build context, so that nothing of it can lead outside:
 * regular files, folders, hard links to files seen before, and symbolic links that stay inside.
 * Links are safe by induction: no entry lies below a link, `..` stands only at the start of a target and never
 * climbs above the context, so whatever the rest of the target passes through is itself inside.
 */
export class ContextGuard {
  readonly #seen = new Map<string, 'file' | 'folder' | 'link'>();

  /** The entry's clean relative path, or null for the context's own root. Throws `context-entry-refused`. */
  admit(entry: ContextEntry): string | null {
    const parts = cleanParts(entry);
    if (parts.length === 0) {
      if (entry.type === 'directory') return null;
      throw refused(entry, 'it has no name');
    }
    const path = parts.join('/');
    this.#assertParents(entry, parts);
    const kind = this.#kindOf(entry, parts);
    const before = this.#seen.get(path);
    if (before !== undefined && !(before === 'folder' && kind === 'folder'))
      throw refused(entry, 'the same name comes twice');
    this.#seen.set(path, kind);
    return path;
  }

  #assertParents(entry: ContextEntry, parts: readonly string[]): void {
    for (let depth = 1; depth < parts.length; depth += 1) {
      const parent = parts.slice(0, depth).join('/');
      const kind = this.#seen.get(parent);
      if (kind === undefined) this.#seen.set(parent, 'folder');
      else if (kind !== 'folder')
        throw refused(entry, `it lies below ${JSON.stringify(parent)}, which is a ${kind}`);
    }
  }

  #kindOf(entry: ContextEntry, parts: readonly string[]): 'file' | 'folder' | 'link' {
    switch (entry.type) {
      case 'file':
      case 'contiguous-file':
        return 'file';
      case 'directory':
        return 'folder';
      case 'symlink':
        assertLinkStaysInside(entry, parts);
        return 'link';
      case 'link': {
        const target = cleanParts({ ...entry, name: entry.linkname ?? '' }).join('/');
        if (this.#seen.get(target) !== 'file')
          throw refused(entry, 'it is a hard link to something that is not a file before it in the archive');
        return 'file';
      }
      default:
        throw refused(entry, `it is a ${entry.type}; only files, folders and links are taken`);
    }
  }
}

function cleanParts(entry: ContextEntry): string[] {
  const { name } = entry;
  if (name.includes('\0')) throw refused(entry, 'its name holds a NUL');
  if (name.length > MAX_NAME_CHARS)
    throw refused(entry, `its name is longer than ${MAX_NAME_CHARS} characters`);
  if (name.startsWith('/')) throw refused(entry, 'its name is absolute');
  const parts = name.split('/').filter((part) => part !== '' && part !== '.');
  if (parts.includes('..')) throw refused(entry, 'its name climbs out with ..');
  if (parts.length > MAX_DEPTH) throw refused(entry, `it lies deeper than ${MAX_DEPTH} folders`);
  return parts;
}

function assertLinkStaysInside(entry: ContextEntry, parts: readonly string[]): void {
  const target = entry.linkname ?? '';
  if (target === '' || target.includes('\0') || target.length > MAX_NAME_CHARS)
    throw refused(entry, 'its link has no usable target');
  if (target.startsWith('/'))
    throw refused(entry, `it links to ${JSON.stringify(target)}, outside the context`);
  if (IGNORE_FILES.has(parts.join('/'))) throw refused(entry, 'an ignore file must be a plain file');
  const steps = target.split('/').filter((part) => part !== '' && part !== '.');
  const climbs = steps.findIndex((part) => part !== '..');
  const upward = climbs < 0 ? steps.length : climbs;
  if (steps.slice(upward).includes('..'))
    throw refused(entry, `its link ${JSON.stringify(target)} goes down and up again`);
  if (upward > parts.length - 1)
    throw refused(entry, `it links to ${JSON.stringify(target)}, outside the context`);
}

function refused(entry: ContextEntry, why: string): DrydockError {
  return new DrydockError(
    'context-entry-refused',
    `The build context holds ${JSON.stringify(entry.name.slice(0, 200))}, which is refused: ${why}. Leave it out and send the context again.`,
  );
}

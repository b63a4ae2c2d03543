import { mkdir, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DrydockError } from '../../core/errors.ts';
import { type CatalogueEntry, parseEntry } from './catalogue-entry.ts';

const LOCK_WAIT_MS = 10_000;
/** A lock is held for milliseconds; an older one belongs to a process that died. */
const LOCK_STALE_MS = 30_000;

/** The entries of the catalogue on disk, by canonical name. */
export interface CatalogueFile {
  readonly path: string;
  read(): Promise<ReadonlyMap<string, CatalogueEntry>>;
  put(entry: CatalogueEntry): Promise<void>;
  /** False when there was no such name. */
  remove(name: string): Promise<boolean>;
}

/**
 * A JSON file that people can read and several processes can change. `initial` is its content before anybody has
 * changed anything. Throws `config-invalid` when the file is not what was written.
 */
export function createCatalogueFile(path: string, initial: readonly CatalogueEntry[]): CatalogueFile {
  const read = async (): Promise<Map<string, CatalogueEntry>> => {
    const text = await readFile(path, 'utf8').catch((error: unknown) => {
      if (isCode(error, 'ENOENT')) return undefined;
      throw unreadable(path, 'it cannot be read', error);
    });
    const entries = text === undefined ? initial : parse(path, text);
    return new Map(entries.map((entry) => [entry.name, entry]));
  };
  const change = async <T>(edit: (entries: Map<string, CatalogueEntry>) => T): Promise<T> => {
    await mkdir(dirname(path), { recursive: true });
    await using _lock = await takeLock(`${path}.lock`);
    const entries = await read();
    const result = edit(entries);
    const sorted = [...entries.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    const part = `${path}.${process.pid}`;
    await rm(part, { force: true });
    await writeFile(part, `${JSON.stringify({ version: 1, entries: sorted }, null, 2)}\n`, {
      flag: 'wx',
      mode: 0o644,
    });
    await rename(part, path);
    return result;
  };
  return {
    path,
    read,
    put: (entry) => change((entries) => void entries.set(entry.name, entry)),
    remove: (name) => change((entries) => entries.delete(name)),
  };
}

function parse(path: string, text: string): readonly CatalogueEntry[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw unreadable(path, 'it is not JSON', cause);
  }
  if (typeof document !== 'object' || document === null || !('version' in document) || document.version !== 1)
    throw unreadable(path, 'its version is not 1');
  if (!('entries' in document) || !Array.isArray(document.entries))
    throw unreadable(path, 'it has no entries');
  return document.entries.map((value: unknown) => {
    const entry = parseEntry(value);
    if (typeof entry === 'string') throw unreadable(path, entry);
    return entry;
  });
}

async function takeLock(path: string): Promise<AsyncDisposable> {
  const until = Date.now() + LOCK_WAIT_MS;
  for (;;) {
    try {
      await (await open(path, 'wx')).close();
      return { [Symbol.asyncDispose]: () => rm(path, { force: true }) };
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw unreadable(path, 'it cannot be written', error);
      const age = Date.now() - ((await stat(path).catch(() => undefined))?.mtimeMs ?? Date.now());
      if (age > LOCK_STALE_MS) await rm(path, { force: true });
      else if (Date.now() > until) throw unreadable(path, 'another process holds it', error);
      else await sleep(10 + Math.random() * 20);
    }
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function unreadable(path: string, why: string, cause?: unknown): DrydockError {
  return new DrydockError(
    'config-invalid',
    `The catalogue of base images was expected in ${path}, but ${why}. Mend it, or remove it and say again what is allowed: drydock base --help.`,
    { cause },
  );
}

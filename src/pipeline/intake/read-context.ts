import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { Readable, Transform, type TransformCallback, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { type Extract, extract, type Header, type Pack, pack } from 'tar-stream';
import type { Digest } from '../../core/digest.ts';
import { DrydockError, isDrydockError } from '../../core/errors.ts';
import type { IntakeLimits } from '../../core/limits.ts';
import { ContextGuard } from './context-entry.ts';

export interface ReadContext {
  /** Over the compressed bytes as received. */
  readonly digest: Digest;
  readonly entries: number;
  /** Of the files' contents. */
  readonly bytes: number;
}

const CHUNK_CHARS = 4 * 16_384;
/** Ratios are judged only above this size: a small file of blanks compresses a thousandfold and harms nobody. */
const RATIO_FREE_BYTES = 1024 * 1024;

/**
 * Checks a build context (base64 of a gzipped tar, untrusted) as a stream, entry by entry, and, where `tarPath` is
 * given, writes what it admitted as a plain tar of our own making: owner 0, no setuid bits.
 * Memory stays at a few chunks whatever is sent.
 * Throws `payload-not-base64`, `context-not-tar`, `context-too-large`, `context-entry-refused`.
 */
export async function readContext(
  field: string,
  limits: IntakeLimits,
  tarPath?: string,
): Promise<ReadContext> {
  const compressed = new CompressedCount();
  const extractor = extract();
  const own = pack();
  const sink = tarPath === undefined ? discard() : createWriteStream(tarPath, { flags: 'wx', mode: 0o644 });
  const count = { entries: 0, bytes: 0 };
  const work = [
    pipeline(
      Readable.from(base64Chunks(field)),
      compressed,
      createGunzip(),
      expansionGuard(limits, compressed),
      extractor,
    ),
    copyAdmitted({ extractor, own, limits, count }),
    pipeline(own, sink),
  ];
  const failures = (
    await Promise.allSettled(work.map((part) => part.catch((error: unknown) => stopAll(error))))
  )
    .filter((result) => result.status === 'rejected')
    .map(({ reason }): unknown => reason);
  if (failures.length > 0) throw failures.find((error) => isDrydockError(error)) ?? notATar(failures[0]);
  if (count.entries === 0) throw notATar(new Error('it is empty; leave the context out instead'));
  return { digest: compressed.digest(), ...count };

  function stopAll(error: unknown): never {
    extractor.destroy();
    own.destroy();
    throw error;
  }
}

/** Copies what the guard admits from the sender's tar into ours. */
async function copyAdmitted(work: {
  readonly extractor: Extract;
  readonly own: Pack;
  readonly limits: IntakeLimits;
  readonly count: { entries: number; bytes: number };
}): Promise<void> {
  const { extractor, own, limits, count } = work;
  const guard = new ContextGuard();
  for await (const entry of extractor) {
    count.entries += 1;
    count.bytes += entry.header.size ?? 0;
    if (count.entries > limits.contextEntries)
      throw tooLarge(`more than ${limits.contextEntries} entries`, limits);
    if (count.bytes > limits.contextBytes) throw tooLarge(`${count.bytes} bytes and more`, limits);
    const header = rewrittenHeader(entry.header, guard);
    if (header?.type === 'file') await pipeline(entry, own.entry(header));
    else {
      if (header !== null) own.entry(header);
      entry.resume();
    }
  }
  own.finalize();
}

/** What tar-stream takes; it fills in the rest. */
type OwnHeader = Partial<Header> & Pick<Header, 'name'>;

/** The header as we write it, or null for the context's root. Throws `context-entry-refused`. */
function rewrittenHeader(header: Header, guard: ContextGuard): OwnHeader | null {
  const linkname = header.linkname ?? null;
  const name = guard.admit({ name: header.name, type: header.type ?? 'file', linkname });
  if (name === null) return null;
  const own = {
    name,
    mode: (header.mode ?? 0o644) & 0o777,
    mtime: header.mtime ?? new Date(0),
    uid: 0,
    gid: 0,
  };
  switch (header.type) {
    case 'directory':
      return { ...own, type: 'directory' };
    case 'symlink':
      return { ...own, type: 'symlink', linkname: linkname ?? '' };
    case 'link':
      return { ...own, type: 'link', linkname: (linkname ?? '').replace(/^(\.?\/)+/, '') };
    default:
      return { ...own, type: 'file', size: header.size ?? 0 };
  }
}

/** Passes the compressed bytes on, counting and hashing them. */
class CompressedCount extends Transform {
  bytes = 0;
  readonly #hash = createHash('sha256');

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.bytes += chunk.length;
    this.#hash.update(chunk);
    done(null, chunk);
  }

  digest(): Digest {
    return `sha256:${this.#hash.digest('hex')}`;
  }
}

function discard(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

function* base64Chunks(field: string): Generator<Buffer> {
  let rest = '';
  for (let at = 0; at < field.length; at += CHUNK_CHARS) {
    const text = rest + field.slice(at, at + CHUNK_CHARS).replaceAll(/[\r\n]/g, '');
    if (/[^A-Za-z0-9+/=]|=(?!=*$)/.test(text)) {
      throw new DrydockError(
        'payload-not-base64',
        'Base64 was expected as the context (tar -cz . | base64), got characters that base64 does not have there.',
      );
    }
    const wholeLength = text.length - (text.length % 4);
    yield Buffer.from(text.slice(0, wholeLength), 'base64');
    rest = text.slice(wholeLength);
  }
  if (rest !== '') yield Buffer.from(rest, 'base64');
}

function expansionGuard(limits: IntakeLimits, compressed: { readonly bytes: number }): Transform {
  // A tar of many empty files is nearly all headers; they count here, contents count in the sink.
  const mostBytes = limits.contextBytes + limits.contextEntries * 2048;
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      if (bytes > mostBytes) return done(tooLarge(`more than ${mostBytes} bytes when decompressed`, limits));
      if (bytes > RATIO_FREE_BYTES && bytes > compressed.bytes * limits.maxExpansionRatio) {
        return done(tooLarge(`an archive that expands more than ${limits.maxExpansionRatio} times`, limits));
      }
      done(null, chunk);
    },
  });
}

function notATar(cause: unknown): DrydockError {
  const said = cause instanceof Error ? cause.message : String(cause);
  const text = `A gzipped tar was expected as the context (tar -cz . | base64), got something else or a damaged one (${said}).`;
  return new DrydockError('context-not-tar', text, { cause });
}

function tooLarge(got: string, limits: IntakeLimits): DrydockError {
  return new DrydockError(
    'context-too-large',
    `A context of at most ${limits.contextBytes} bytes in ${limits.contextEntries} entries was expected, got ${got}. Leave out what the build does not need (.dockerignore).`,
  );
}

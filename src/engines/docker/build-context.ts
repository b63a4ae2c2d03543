import { createReadStream } from 'node:fs';
import { posix } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Extract, extract, type Header, type Pack, pack } from 'tar-stream';
import { DrydockError } from '../../core/errors.ts';

const MAX_IGNORE_BYTES = 256 * 1024;
const IGNORE_FILE = '.dockerignore';

export interface BuildContext {
  /** A plain tar, to be read once. */
  readonly tar: Readable;
  /** Where in it the Dockerfile stands. */
  readonly dockerfilePath: string;
}

/**
 * The tar that Docker wants: the context with the Dockerfile in it, under a name that nothing of the context has and
 * that `.dockerignore` hides from COPY, as Docker's own client does it.
 */
export function createBuildContext(request: {
  readonly dockerfile: string;
  readonly contextTar: string | null;
  /** Random, for the name. */
  readonly token: string;
}): BuildContext {
  const dockerfilePath = `.drydock-${request.token}`;
  const tar = pack();
  writeContext(tar, { ...request, dockerfilePath }).then(
    () => tar.finalize(),
    (error: unknown) => tar.destroy(error instanceof Error ? error : new Error(String(error))),
  );
  return { tar: Readable.from(tar, { objectMode: false }), dockerfilePath };
}

async function writeContext(
  tar: Pack,
  request: {
    readonly dockerfile: string;
    readonly contextTar: string | null;
    readonly dockerfilePath: string;
  },
): Promise<void> {
  await writeText(tar, request.dockerfilePath, request.dockerfile);
  const ignored = request.contextTar === null ? null : await copyEntries(tar, request.contextTar);
  const rules = ignored === null ? [IGNORE_FILE] : [ignored];
  await writeText(tar, IGNORE_FILE, `${[...rules, request.dockerfilePath].join('\n')}\n`);
}

type ContextEntry = Extract extends AsyncIterable<infer Entry> ? Entry : never;

/** Copies all but the top `.dockerignore`, whose text it gives, or null. */
async function copyEntries(tar: Pack, contextTar: string): Promise<string | null> {
  const source = createReadStream(contextTar);
  const entries: Extract = source.pipe(extract());
  source.once('error', (error) => entries.destroy(error));
  let ignored: string | null = null;
  for await (const entry of entries) {
    if (posix.normalize(`/${entry.header.name}`) === `/${IGNORE_FILE}`) {
      if (entry.header.type === 'file') ignored = await readSmall(entry);
      else entry.resume();
    } else await writeEntry(tar, entry.header, entry);
  }
  return ignored;
}

function writeText(tar: Pack, name: string, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    tar.entry({ name, mode: 0o644 }, text, (error) => (error ? reject(error) : resolve()));
  });
}

async function writeEntry(tar: Pack, header: Header, content: ContextEntry): Promise<void> {
  if (header.type === 'file' || header.type === 'contiguous-file') {
    await pipeline(content, tar.entry(header));
    return;
  }
  content.resume();
  tar.entry(header);
}

async function readSmall(content: AsyncIterable<unknown>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of content) {
    if (!(chunk instanceof Uint8Array)) continue;
    bytes += chunk.length;
    if (bytes > MAX_IGNORE_BYTES)
      throw new DrydockError(
        'context-entry-refused',
        `A ${IGNORE_FILE} of at most ${MAX_IGNORE_BYTES} bytes was expected.`,
      );
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

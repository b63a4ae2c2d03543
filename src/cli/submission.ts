import { readFile, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { packContext } from '../app/pack-context.ts';
import { DrydockError } from '../core/errors.ts';
import { JOB_NAME_MAX } from '../core/job.ts';
import type { IntakeLimits } from '../core/limits.ts';
import type { Io } from './command.ts';

/** What is sent or run: a Dockerfile and, when a folder was named, that folder as its context. */
export interface Submission {
  /** Made from the path, fit for the API. */
  readonly name: string;
  /** The Dockerfile's path as the reports show it; `-` for standard input. */
  readonly path: string;
  readonly text: string;
  readonly payload: { readonly dockerfile: string; readonly context?: string };
}

const NAMES = ['Dockerfile', 'Containerfile'];

/** Reads `path`: a Dockerfile (no context), a folder that holds one (the folder is the context), or `-`. Throws `file-unreadable`. */
export async function readSubmission(
  path: string,
  io: Pick<Io, 'stdin' | 'cwd'>,
  limits: IntakeLimits,
): Promise<Submission> {
  if (path === '-') return submission('stdin', '-', await readAll(io.stdin));
  const full = resolve(io.cwd, path);
  const isFolder = await stat(full).then(
    (it) => it.isDirectory(),
    (error: unknown) => {
      throw new DrydockError(
        'file-unreadable',
        `A Dockerfile or a folder that holds one was expected at ${path}, there is nothing to read.`,
        { cause: error },
      );
    },
  );
  if (!isFolder)
    return submission(
      basename(full) === 'Dockerfile' ? basename(dirname(full)) : basename(full),
      path,
      await readFile(full),
    );
  for (const name of NAMES) {
    const content = await readFile(join(full, name)).catch(() => null);
    if (content !== null)
      return submission(basename(full), join(path, name), content, await packContext(full, limits));
  }
  throw new DrydockError(
    'file-unreadable',
    `A file named ${NAMES.join(' or ')} was expected in ${path}, there is none. Name the file itself.`,
  );
}

function submission(name: string, path: string, content: Buffer, context?: string): Submission {
  return {
    name: name.slice(0, JOB_NAME_MAX) || 'job',
    path,
    text: content.toString('utf8'),
    payload: {
      dockerfile: gzipSync(content).toString('base64'),
      ...(context === undefined ? {} : { context }),
    },
  };
}

async function readAll(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

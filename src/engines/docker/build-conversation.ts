import { randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Digest, isDigest } from '../../core/digest.ts';
import { DrydockError } from '../../core/errors.ts';
import type { BuildRequest } from '../../core/ports.ts';
import type { DockerApi } from './api.ts';
import { createBuildContext } from './build-context.ts';
import type { BuildLog } from './build-log.ts';
import type { BuildStopper } from './build-stopper.ts';
import { numberOf, textOf } from './json-fields.ts';
import { readJsonLines } from './json-lines.ts';
import type { SpaceMark } from './marks.ts';
import { removeContainersOnce } from './space-cleaner.ts';

const CPU_PERIOD_US = 100_000;
const KILL_PAUSE_MS = 50;
/** How long a builder whose containers are killed may take to give up. */
const HANG_UP_MS = 10_000;

/** How the builder itself ended. */
export type BuildEnd =
  | { readonly status: 'built'; readonly image: Digest }
  | { readonly status: 'failed'; readonly exitCode: number; readonly message: string };

export interface Conversation {
  readonly mark: SpaceMark;
  readonly log: BuildLog;
  readonly stopper: BuildStopper;
}

/**
 * Sends the context and hears the builder out. When it is to stop, its containers are killed until it gives up: to
 * hang up would leave it unknown when the builder has written its last layer. Resolves with null when it was stopped.
 */
export async function converse(
  api: DockerApi,
  request: BuildRequest,
  talk: Conversation,
): Promise<BuildEnd | null> {
  const context = createBuildContext({ ...request, token: randomBytes(12).toString('hex') });
  const hangUp = new AbortController();
  const over = new AbortController();
  const killing = killWhenStopped(api, talk, { hangUp, over: over.signal });
  try {
    const answer = await api.open({
      method: 'POST',
      path: '/build',
      query: buildQuery(request, context.dockerfilePath),
      body: context.tar,
      signal: hangUp.signal,
    });
    return await readAnswer(answer, request.limits.maxOutputBytes, talk);
  } catch (error) {
    if (talk.stopper.signal.aborted) return null;
    throw error;
  } finally {
    over.abort();
    hangUp.abort();
    context.tar.destroy();
    await killing;
  }
}

async function killWhenStopped(
  api: DockerApi,
  { mark, stopper }: Conversation,
  { hangUp, over }: { readonly hangUp: AbortController; readonly over: AbortSignal },
): Promise<void> {
  await new Promise((resolve) => {
    for (const signal of [stopper.signal, over]) {
      signal.addEventListener('abort', resolve, { once: true });
      if (signal.aborted) resolve(undefined);
    }
  });
  const timer = setTimeout(() => hangUp.abort(), HANG_UP_MS);
  while (!over.aborted) {
    await removeContainersOnce(api, mark.filter).catch(() => undefined);
    await delay(KILL_PAUSE_MS, undefined, { signal: over }).catch(() => undefined);
  }
  clearTimeout(timer);
}

async function readAnswer(
  answer: IncomingMessage,
  maxOutputBytes: number,
  { log, stopper }: Conversation,
): Promise<BuildEnd | null> {
  let image = '';
  let bytes = 0;
  for await (const line of readJsonLines(answer)) {
    const piece = textOf(line, 'stream');
    bytes += Buffer.byteLength(piece);
    if (bytes > maxOutputBytes) stopper.stop({ status: 'output-exceeded', maxOutputBytes });
    if (piece !== '' && !stopper.signal.aborted) log.push(piece);
    const failure = failureOf(line, answer.statusCode ?? 0);
    if (failure !== null) return failure;
    image = textOf(line, 'aux', 'ID') || image;
  }
  if (stopper.signal.aborted) return null;
  if (isDigest(image)) return { status: 'built', image };
  throw new DrydockError(
    'engine-failed',
    `Docker was expected to name the image that it built, got "${image}".`,
  );
}

function failureOf(line: unknown, status: number): BuildEnd | null {
  const error = textOf(line, 'error') || textOf(line, 'message');
  if (error === '') return null;
  if (status >= 500) throw new DrydockError('engine-failed', `Docker could not build: ${error}`);
  const exitCode = numberOf(line, 'errorDetail', 'code') || 1;
  return { status: 'failed', exitCode, message: withoutHostPaths(error) };
}

/** Docker's messages name the folders where it keeps layers, which are no business of the submitter. */
function withoutHostPaths(message: string): string {
  return message.replaceAll(
    /\/\S+\/(?:overlay2|vfs|containers)\/[0-9a-f-]{20,}\S*?(?=\/merged|\s|:|$)(?:\/merged)?/g,
    '',
  );
}

function buildQuery(
  { limits, network, buildArgs, target }: BuildRequest,
  dockerfile: string,
): Record<string, string> {
  const memory = String(limits.memoryBytes);
  const ulimit = (Name: string, most: number): object => ({ Name, Soft: most, Hard: most });
  return {
    dockerfile,
    version: '1',
    nocache: '1',
    rm: '1',
    forcerm: '1',
    pull: '0',
    networkmode: network === 'none' ? 'none' : 'default',
    memory,
    memswap: memory,
    cpuperiod: String(CPU_PERIOD_US),
    cpuquota: String(Math.round(limits.cpus * CPU_PERIOD_US)),
    ulimits: JSON.stringify([
      ulimit('nofile', 4096),
      ulimit('core', 0),
      ulimit('fsize', limits.diskBytes),
      ulimit('nproc', limits.pids),
    ]),
    buildargs: JSON.stringify(buildArgs),
    ...(target === undefined ? {} : { target }),
  };
}

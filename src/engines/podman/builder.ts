import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { parseDigest } from '../../core/digest.ts';
import { DrydockError } from '../../core/errors.ts';
import type { BuildOutcome } from '../../core/outcome.ts';
import type { Builder, BuildRequest } from '../../core/ports.ts';
import type { Cell } from './cell.ts';
import { findImage } from './images.ts';
import { openNetwork } from './open-network.ts';
import { buildArgs, CELL, engineEnv, REGISTRIES_CONF } from './podman-args.ts';
import type { SpaceContext } from './space.ts';
import { type StepEnd, supervise } from './supervise.ts';

const MAX_MESSAGE_LENGTH = 1000;
/**
 * Buildah 1.28 reads lines into a buffer of 64 KiB; a longer one ends its reading as the end of the file would: the
 * image then lacks that instruction and all that follow it.
 */
const MAX_LINE_BYTES = 65_000;
/** Lines before Podman's own that go into the message. */
const LAST_WORDS = 5;
/** What Podman says when the fault is the machine's, not the Dockerfile's. */
const OUR_FAULT = /no space left on device|database is locked|layer not known/;

/** Podman's own words, which it writes behind whatever a step wrote last, with a newline or without. */
const OWN_LINE = /^(?:STEP \d+\/\d+: |COMMIT[ \n]|--> [a-f0-9]+\n)/;
const DISK_IS_WATCHED = 'no disk quota: what a build writes is watched every 100 ms, not capped';

const NETWORK_IS_OPEN =
  'the network of the build was open: it reaches what this host reaches, but not the host itself';

/** Builds in a cell of its own that is dead when it resolves. */
export function createBuilder(space: SpaceContext): Builder {
  return {
    async build(request, signal) {
      signal.throwIfAborted();
      const { host } = space;
      const longLine = findLongLine(request.dockerfile);
      if (longLine !== undefined) return { outcome: tooLong(longLine), isolation: host.isolation('runc') };
      const cell = await space.takeCell();
      const cgroup = await host.createCgroup(
        { spaceId: space.id, step: 'build', sandbox: 'runc' },
        request.limits,
      );
      let network: AsyncDisposable | undefined;
      try {
        if (cgroup !== undefined) await cell.join(cgroup);
        if (request.network === 'open') network = await openNetwork(cell, host.account);
        await cell.forbidNamespaces();
        const contextFolder = await prepare(cell, request, space);
        const end = await supervise({
          cell,
          cgroup,
          command: 'podman',
          args: buildArgs(request, contextFolder),
          env: engineEnv(host.account),
          timeoutMs: request.limits.timeoutMs,
          maxOutputBytes: request.limits.maxOutputBytes,
          watched: { ...host.watched(request.limits), diskBytes: request.limits.diskBytes },
          stage: 'build',
          onLog: request.onLog,
          startsLine: OWN_LINE,
          signal,
          stop: () => cell[Symbol.asyncDispose](),
        });
        const outcome = await readOutcome(end, { cell, request });
        const isolation = host.isolation('runc');
        const notes = request.network === 'open' ? [DISK_IS_WATCHED, NETWORK_IS_OPEN] : [DISK_IS_WATCHED];
        return { outcome, isolation: { ...isolation, degraded: [...isolation.degraded, ...notes] } };
      } finally {
        await cell[Symbol.asyncDispose]();
        await network?.[Symbol.asyncDispose]();
        await cgroup?.remove();
      }
    },
  };
}

/** The number of the first line, from 1, that Buildah's reader would stop at without a word. */
function findLongLine(dockerfile: string): number | undefined {
  const at = dockerfile.split('\n').findIndex((line) => Buffer.byteLength(line) > MAX_LINE_BYTES);
  return at < 0 ? undefined : at + 1;
}

function tooLong(line: number): BuildOutcome {
  const message = `line ${line} of the Dockerfile has more than ${MAX_LINE_BYTES} bytes; break it with \\`;
  return { status: 'failed', exitCode: 125, message };
}

/** Lays out what is to be built, and returns the folder of its context: a new one for each build. */
async function prepare(cell: Cell, request: BuildRequest, space: SpaceContext): Promise<string> {
  const contextFolder = `${CELL.space}/context-${randomUUID()}`;
  await Promise.all([
    cell.write(CELL.dockerfile, request.dockerfile),
    cell.write(CELL.ignoreFile, ''),
    cell.write(CELL.registries, REGISTRIES_CONF),
    cell.makeFolders([contextFolder]),
  ]);
  if (request.contextTar === null) return contextFolder;
  let errors = '';
  const { exitCode } = await cell.spawn({
    command: 'tar',
    args: [
      '--extract',
      '--file',
      '-',
      '--directory',
      contextFolder,
      '--no-same-owner',
      '--delay-directory-restore',
    ],
    env: engineEnv(space.host.account),
    input: createReadStream(request.contextTar),
    maxOutputBytes: 64 * 1024,
    onOutput: (_stream, chunk) => {
      errors += chunk.toString('utf8');
    },
    onOutputExceeded: () => undefined,
  });
  if (exitCode === 0) return contextFolder;
  throw new DrydockError('engine-failed', `The build context could not be unpacked: ${errors.slice(0, 500)}`);
}

async function readOutcome(
  end: StepEnd,
  { cell, request }: { readonly cell: Cell; readonly request: BuildRequest },
): Promise<BuildOutcome> {
  const { limits } = request;
  switch (end.status) {
    case 'timed-out':
      return { status: 'timed-out', timeoutMs: limits.timeoutMs };
    case 'output-exceeded':
      return { status: 'output-exceeded', maxOutputBytes: limits.maxOutputBytes };
    case 'memory':
      return { status: 'out-of-memory', memoryBytes: limits.memoryBytes };
    case 'disk':
      return { status: 'disk-exceeded', diskBytes: limits.diskBytes };
    case 'processes':
      return { status: 'failed', exitCode: 137, message: `It had more than ${limits.pids} processes.` };
    case 'ended':
      break;
  }
  const message = messageOf(end.lastErrors);
  if (end.exitCode === null)
    throw new DrydockError('engine-failed', `podman build was killed by ${end.signal}: ${message}`);
  if (end.exitCode !== 0) {
    if (OUR_FAULT.test(message)) throw new DrydockError('engine-failed', `podman build failed: ${message}`);
    return { status: 'failed', exitCode: end.exitCode, message };
  }
  const image = parseDigest((await cell.read(CELL.imageIdFile, 1024)).toString('utf8'));
  const [found, layerBytes] = await Promise.all([findImage(cell, image), countLayers(cell)]);
  if (!(layerBytes <= limits.diskBytes)) return { status: 'disk-exceeded', diskBytes: limits.diskBytes };
  return { status: 'built', image, sizeBytes: found.sizeBytes };
}

/** What Podman says of the end, and what the step itself last wrote on standard error. */
function messageOf(lines: readonly string[]): string {
  const at = lines.findLastIndex((line) => line.startsWith('Error'));
  const error = (lines[at] ?? lines.at(-1) ?? 'it said nothing').replace(/^Error: /, '');
  const before = lines.slice(Math.max(0, at - LAST_WORDS), Math.max(0, at)).join('\n');
  const message = before === '' ? error : `${error}\nIts last words: ${before}`;
  return message.slice(0, MAX_MESSAGE_LENGTH);
}

/** What all layers of the build take up on the disk. */
async function countLayers(cell: Cell): Promise<number> {
  let text = '';
  await cell.spawn({
    command: 'du',
    args: ['--summarize', '--block-size=1', '--one-file-system', CELL.layers],
    env: {},
    maxOutputBytes: 4096,
    onOutput: (stream, chunk) => {
      if (stream === 'stdout') text += chunk.toString('latin1');
    },
    onOutputExceeded: () => undefined,
  });
  return Number.parseInt(text, 10);
}

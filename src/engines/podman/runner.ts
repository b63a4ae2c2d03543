import { randomUUID } from 'node:crypto';
import { constants } from 'node:os';
import type { Digest } from '../../core/digest.ts';
import { DrydockError } from '../../core/errors.ts';
import type { ResultFile, RunOutcome } from '../../core/outcome.ts';
import type { ImageConfig, Runner, RunRequest } from '../../core/ports.ts';
import type { Cell } from './cell.ts';
import { findImage } from './images.ts';
import { CELL, engineEnv, runArgs, storageArgs } from './podman-args.ts';
import { runPodmanOrThrow } from './podman-command.ts';
import type { SpaceContext } from './space.ts';
import { type StepEnd, supervise } from './supervise.ts';

const MAX_MESSAGE_LENGTH = 1000;
const MAX_COMMAND_LENGTH = 200;
/** Above what any program is given in earnest, and below what one argument may have (128 KiB on Linux). */
const MAX_START_BYTES = 64 * 1024;
/** The most files that /data and /tmp hold each. */
const MAX_FILES = 16_384;
/** Folders of the kernel: a working folder there has led runtimes out of the image (CVE-2024-21626). */
const KERNEL_FOLDER = /^\/+(?:\.\/+)*(?:proc|sys|dev)(?:\/|$)/;
/** What Podman says of an image that it cannot even make a container of. */
const IMAGE_FAULT = /no command or entrypoint/;
/** What runtimes say when it is this machine that keeps a container from starting. */
const HOST_FAULT = /no space left on device|cannot allocate memory|cannot create gofer|resource temporarily/i;
/** Podman passes a signal on as 128 plus its number, and a program may exit with that number as well. */
const SIGNALS_ARE_GUESSED = 'an exit status above 128 is taken for the end by a signal';

/** Runs in a cell of its own that is dead when it resolves. */
export function createRunner(space: SpaceContext): Runner {
  return {
    async run(request, signal) {
      signal.throwIfAborted();
      if (request.uid === 0 || request.gid === 0)
        throw new DrydockError('invariant-broken', 'A submitted program must not run as user or group 0.');
      const { host } = space;
      const runsc = chooseSandbox(request, host.runsc);
      const sandbox = runsc === undefined ? 'runc' : 'gvisor';
      const found = host.isolation(sandbox);
      const isolation = { ...found, degraded: [...found.degraded, SIGNALS_ARE_GUESSED] };
      const cell = await space.takeCell();
      const cgroup = await host.createCgroup({ spaceId: space.id, step: 'run', sandbox }, request.limits);
      try {
        if (cgroup !== undefined) await cell.join(cgroup);
        const { config } = await findImage(cell, request.image);
        const danger = await findDanger(cell, { image: request.image, config }, space.dangers);
        if (danger !== null) {
          const result: ResultFile = { kind: 'missing' };
          const outcome: RunOutcome = { status: 'not-started', message: danger, result, durationMs: 0 };
          return { outcome, isolation };
        }
        await mountWritable(cell, request, space);
        // gVisor builds its own walls of user namespaces.
        if (sandbox === 'runc') await cell.forbidNamespaces();
        const name = `run-${randomUUID()}`;
        const end = await supervise({
          cell,
          cgroup,
          command: 'podman',
          args: runArgs(request, { name, runtime: runsc }),
          env: engineEnv(host.account),
          timeoutMs: request.limits.timeoutMs,
          maxOutputBytes: request.limits.maxOutputBytes,
          watched: { ...host.watched(request.limits), diskBytes: null },
          stage: 'run',
          onLog: request.onLog,
          signal,
          stop: () => cell.killAll(),
        });
        const result = await takeResult(cell, end);
        const outcome = await readOutcome(end, { cell, request, space, name, result, config });
        return { outcome, isolation };
      } finally {
        await cell[Symbol.asyncDispose]();
        await cgroup?.remove();
      }
    },
  };
}

function chooseSandbox(request: RunRequest, runsc: string | undefined): string | undefined {
  if (request.sandbox === 'runc') return undefined;
  if (request.sandbox === 'gvisor' && runsc === undefined)
    throw new DrydockError(
      'sandbox-unavailable',
      'gVisor was asked for, but there is no runsc on this machine. Install it, or allow `run.sandbox: auto`.',
    );
  return runsc;
}

/** Why this image must not be started, or null. Uses what an earlier step has found. */
async function findDanger(
  cell: Cell,
  { image, config }: { readonly image: Digest; readonly config: ImageConfig },
  dangers: SpaceContext['dangers'],
): Promise<string | null> {
  const { workingDir } = config;
  const startBytes = [...config.env, ...config.entrypoint, ...config.cmd].join('\0').length;
  if (startBytes > MAX_START_BYTES)
    return `The image's command and environment have ${startBytes} bytes; at most ${MAX_START_BYTES} were expected.`;
  if (KERNEL_FOLDER.test(workingDir))
    return `The image's working folder ${JSON.stringify(workingDir)} lies in a folder of the kernel.`;
  const known = dangers.get(image);
  if (known !== undefined) return known;
  const danger = await cell.mountImage(image);
  dangers.set(image, danger);
  return danger;
}

/** Makes /data and /tmp of the run: in memory, bounded in bytes and in files. */
async function mountWritable(cell: Cell, { limits }: RunRequest, space: SpaceContext): Promise<void> {
  const rooms = [
    { path: CELL.data, sizeBytes: limits.dataBytes },
    { path: CELL.temporary, sizeBytes: limits.tmpBytes },
  ];
  await Promise.all(
    rooms.map(async ({ path, sizeBytes }) => {
      let errors = '';
      const options = `size=${sizeBytes},nr_inodes=${MAX_FILES},nosuid,nodev,noexec,mode=1777`;
      const { exitCode } = await cell.spawn({
        command: 'mount',
        args: ['-t', 'tmpfs', '-o', options, 'drydock', path],
        env: engineEnv(space.host.account),
        maxOutputBytes: 4096,
        onOutput: (_stream, chunk) => {
          errors += chunk.toString('utf8');
        },
        onOutputExceeded: () => undefined,
      });
      if (exitCode !== 0)
        throw new DrydockError('engine-failed', `${path} could not be mounted: ${errors.trim()}`);
    }),
  );
}

/** Kills whatever the program left behind and then takes its file. A cell that died with it has nothing to give. */
async function takeResult(cell: Cell, end: StepEnd): Promise<ResultFile> {
  try {
    await cell.killAll();
    const { kind, why, content } = await cell.takeResult(CELL.data);
    if (kind === 'file') return { kind, content };
    if (kind === 'missing') return { kind };
    return { kind: 'refused', why };
  } catch (error) {
    if (end.status === 'ended') throw error;
    return { kind: 'refused', why: 'the sandbox died before the file could be taken' };
  }
}

interface Ended {
  readonly cell: Cell;
  readonly request: RunRequest;
  readonly space: SpaceContext;
  /** The container's. */
  readonly name: string;
  readonly result: ResultFile;
  readonly config: ImageConfig;
}

async function readOutcome(
  end: StepEnd,
  { cell, request, space, name, result, config }: Ended,
): Promise<RunOutcome> {
  const { limits } = request;
  const common = { result, durationMs: Math.round(end.durationMs) };
  switch (end.status) {
    case 'timed-out':
      return { status: 'timed-out', timeoutMs: limits.timeoutMs, ...common };
    case 'output-exceeded':
      return { status: 'output-exceeded', maxOutputBytes: limits.maxOutputBytes, ...common };
    case 'memory':
      return { status: 'out-of-memory', memoryBytes: limits.memoryBytes, ...common };
    case 'processes':
    case 'disk':
      return { status: 'killed', signal: 'SIGKILL', ...common };
    case 'ended':
      break;
  }
  const { exitCode, lastErrors } = end;
  const message = (lastErrors.at(-1) ?? 'it said nothing')
    .replace(/^Error: /, '')
    .slice(0, MAX_MESSAGE_LENGTH);
  if (exitCode === null)
    throw new DrydockError('engine-failed', `podman run was killed by ${end.signal}: ${message}`);
  const isInDoubt = exitCode >= 125 && exitCode <= 127;
  const state = isInDoubt ? await readState({ cell, space, name }) : 'started';
  const isOurFault = state === 'missing' ? !IMAGE_FAULT.test(message) : HOST_FAULT.test(message);
  if (state !== 'started' && isOurFault)
    throw new DrydockError('engine-failed', `podman run could not start a container: ${message}`);
  if (state !== 'started')
    return {
      status: 'not-started',
      message: `${commandOf(config)} could not be started: ${message}`,
      ...common,
    };
  const signal = signalOf(exitCode);
  return signal === undefined
    ? { status: 'exited', exitCode, ...common }
    : { status: 'killed', signal, ...common };
}

/** How far the run came: 125 to 127 are Podman's own words for trouble, and may be a program's as well. */
async function readState({
  cell,
  space,
  name,
}: Pick<Ended, 'cell' | 'space' | 'name'>): Promise<'missing' | 'created' | 'started'> {
  const text = await runPodmanOrThrow({
    cell,
    account: space.host.account,
    args: [
      ...storageArgs('space'),
      ...['ps', '--all', '--format', '{{.StartedAt}}', '--filter', `name=^${name}$`],
    ],
  });
  if (text.trim() === '') return 'missing';
  return Number(text) > 0 ? 'started' : 'created';
}

/** What the image was to run, for people. */
function commandOf({ entrypoint, cmd }: ImageConfig): string {
  const words = [...entrypoint, ...cmd];
  return words.length === 0
    ? 'An image without a command'
    : JSON.stringify(words).slice(0, MAX_COMMAND_LENGTH);
}

/** Podman gives 128 + n for a program that signal n ended. */
function signalOf(exitCode: number): string | undefined {
  return Object.entries(constants.signals).find(([, number]) => number === exitCode - 128)?.[0];
}

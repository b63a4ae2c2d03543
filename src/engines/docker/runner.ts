import { constants } from 'node:os';
import { posix } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Digest } from '../../core/digest.ts';
import { DrydockError, isDrydockError } from '../../core/errors.ts';
import type { ResultFile, RunOutcome } from '../../core/outcome.ts';
import type { Runner, RunRequest } from '../../core/ports.ts';
import type { Isolation } from '../../core/report.ts';
import { type ApiAnswer, type DockerApi, messageOf } from './api.ts';
import { statInContainer } from './archive-stat.ts';
import { createOutputReader, readAttached } from './attached-output.ts';
import { createDataVolume } from './data-volume.ts';
import { fieldOf, keysOf, numberOf, textOf } from './json-fields.ts';
import type { SpaceMark } from './marks.ts';
import { copiedVolumes, runContainerBody } from './run-container.ts';
import { removeContainer } from './space-cleaner.ts';

/** Each VOLUME is a mount and a copy. */
const MAX_VOLUMES = 32;
const MAX_USER_FILE_BYTES = 2 ** 20;
const START_TIMEOUT_MS = 60_000;
/** How long the last output, or the news of a kill for want of memory, may come after the end. */
const GRACE_MS = 500;
const KILLED_EXIT_CODE = 137;

export interface RunnerDeps {
  readonly api: DockerApi;
  readonly mark: SpaceMark;
  readonly hasImage: (image: Digest) => boolean;
  readonly emptyImage: () => Promise<string>;
  readonly isolation: () => Promise<Isolation>;
}

export function createDockerRunner(deps: RunnerDeps): Runner {
  let runs = 0;
  return {
    async run(request, signal) {
      signal.throwIfAborted();
      if (request.sandbox === 'gvisor')
        throw new DrydockError(
          'sandbox-unavailable',
          'gVisor was demanded, but the Docker driver runs without it. Use the Podman engine, or the sandbox "auto".',
        );
      if (!deps.hasImage(request.image))
        throw new DrydockError('not-found', `The image ${request.image} was not built in this space.`);
      runs += 1;
      const isolation = await deps.isolation();
      return {
        outcome: await runOnce(deps, { request, name: `${deps.mark.key}.${runs}` }, signal),
        isolation,
      };
    },
  };
}

/** How the container itself ended, before anybody asks why. */
type Ending =
  | {
      readonly status: 'ended';
      readonly durationMs: number;
      readonly stop: 'timed-out' | 'output-exceeded' | null;
    }
  | { readonly status: 'not-started'; readonly message: string };

async function runOnce(
  deps: RunnerDeps,
  { request, name }: { readonly request: RunRequest; readonly name: string },
  signal: AbortSignal,
): Promise<RunOutcome> {
  const { api, mark } = deps;
  const { image, limits } = request;
  const inspected = await api.must({ method: 'GET', path: `/images/${image}/json` });
  const volumes = [
    ...new Set(keysOf(inspected.body, 'Config', 'Volumes').map((path) => posix.join('/', path, '.'))),
  ];
  if (volumes.length > MAX_VOLUMES)
    return notStarted(`The image declares ${volumes.length} volumes; at most ${MAX_VOLUMES} are taken.`);
  const emptyImage = await deps.emptyImage();
  await using data = await createDataVolume(api, { mark, name, dataBytes: limits.dataBytes, emptyImage });
  await using _copies = {
    [Symbol.asyncDispose]: () => removeCopies(api, copiedVolumes({ volumes, dataVolume: data.name })),
  };
  const body = runContainerBody({ request, image, volumes, dataVolume: data.name, mark });
  const created = await api.call({ method: 'POST', path: '/containers/create', body });
  if (created.status === 400) return notStarted(withoutPaths(messageOf(created)));
  if (created.status !== 201)
    throw new DrydockError('engine-failed', `Docker did not create the container: ${messageOf(created)}`);
  const id = textOf(created.body, 'Id');
  await using _removed = { [Symbol.asyncDispose]: () => removeContainer(api, id).then(() => undefined) };
  const danger = await findDanger(api, id);
  if (danger !== null) return notStarted(danger);
  const ending = await runContainer(api, { id, request }, signal);
  signal.throwIfAborted();
  if (ending.status === 'not-started') return notStarted(ending.message);
  const state = await stateAfter(api, id);
  return {
    ...outcomeOf(ending, state, request),
    durationMs: ending.durationMs,
    result: await data.takeResult(),
  };
}

async function removeCopies(api: DockerApi, copies: ReturnType<typeof copiedVolumes>): Promise<void> {
  for (const { name } of copies)
    await api.must({ method: 'DELETE', path: `/volumes/${name}`, query: { force: '1' } }, [404]);
}

function notStarted(message: string, result: ResultFile = { kind: 'missing' }): RunOutcome {
  return { status: 'not-started', message, durationMs: 0, result };
}

/** Docker itself reads these two before the start; a FIFO or a giant there would hang or fill it (as CVE-2024-9676). */
async function findDanger(api: DockerApi, id: string): Promise<string | null> {
  try {
    for (const path of ['/etc/passwd', '/etc/group']) {
      const danger = await dangerAt(api, id, path);
      if (danger !== null) return danger;
    }
    return null;
  } catch (error) {
    // To look, Docker mounts what is to be mounted; /data alone it could mount before.
    if (isDrydockError(error, 'engine-failed'))
      return 'Docker can’t mount /data and the declared volumes on the image’s root. Is one of them a file there?';
    throw error;
  }
}

async function dangerAt(api: DockerApi, id: string, path: string): Promise<string | null> {
  let stat = await statInContainer(api, id, path);
  if (stat?.kind === 'a symbolic link') stat = await statInContainer(api, id, stat.linkTarget);
  if (stat === null) return null;
  if (stat.kind !== 'a regular file')
    return `${path} in the image is ${stat.kind}; a regular file or nothing was expected.`;
  return stat.sizeBytes > MAX_USER_FILE_BYTES
    ? `${path} in the image has ${stat.sizeBytes} bytes; at most ${MAX_USER_FILE_BYTES} were expected.`
    : null;
}

/** Starts the container and stays with it until it is dead. */
async function runContainer(
  api: DockerApi,
  { id, request }: { readonly id: string; readonly request: RunRequest },
  signal: AbortSignal,
): Promise<Ending> {
  const { limits, onLog } = request;
  let stop: 'timed-out' | 'output-exceeded' | null = null;
  const killing: Promise<unknown>[] = [];
  const kill = (): void => {
    killing.push(
      api
        .call({ method: 'POST', path: `/containers/${id}/kill`, query: { signal: 'KILL' } })
        .catch(() => undefined),
    );
  };
  const stopFor = (why: NonNullable<typeof stop>): void => {
    stop ??= why;
    kill();
  };
  const { socket, head } = await api.hijack({
    method: 'POST',
    path: `/containers/${id}/attach`,
    query: { stream: '1', stdout: '1', stderr: '1' },
  });
  const { maxOutputBytes } = limits;
  const reader = createOutputReader({ maxOutputBytes, onLog, onTooMuch: () => stopFor('output-exceeded') });
  const output = readAttached(socket, head, reader);
  const timers: NodeJS.Timeout[] = [];
  try {
    const waiting = await api.open({
      method: 'POST',
      path: `/containers/${id}/wait`,
      query: { condition: 'next-exit' },
    });
    const since = performance.now();
    const start = { method: 'POST', path: `/containers/${id}/start`, timeoutMs: START_TIMEOUT_MS } as const;
    const started = await api.call(start);
    if (started.status >= 300) {
      waiting.destroy();
      return await readRefusal(api, id, started);
    }
    signal.addEventListener('abort', kill, { once: true });
    if (signal.aborted) kill();
    timers.push(setTimeout(() => stopFor('timed-out'), limits.timeoutMs));
    await ended(waiting);
    const durationMs = performance.now() - since;
    await Promise.race([output, delay(GRACE_MS)]);
    return { status: 'ended', durationMs, stop };
  } finally {
    for (const timer of timers) clearTimeout(timer);
    signal.removeEventListener('abort', kill);
    socket.destroy();
    await Promise.all([output, ...killing]);
  }
}

async function ended(waiting: AsyncIterable<unknown>): Promise<void> {
  let said = '';
  for await (const chunk of waiting) said = `${said}${String(chunk)}`.slice(0, 4096);
  if (!said.includes('StatusCode'))
    throw new DrydockError(
      'engine-failed',
      `Docker was expected to say how the container ended, it said ${JSON.stringify(said)}.`,
    );
}

/** Whether the start failed by the image (126 and 127, as a shell has them, or a place that can't be mounted on) or by Docker. */
async function readRefusal(api: DockerApi, id: string, answer: ApiAnswer): Promise<Ending> {
  const message = withoutPaths(messageOf(answer));
  const { exitCode } = await stateOf(api, id);
  const isOfImage =
    answer.status === 400 ||
    exitCode === 126 ||
    exitCode === 127 ||
    /error mounting|mkdir|chdir|not a directory|no such file|exec:|exec format/i.test(message);
  if (isOfImage) return { status: 'not-started', message: `The command could not be started: ${message}` };
  throw new DrydockError('engine-failed', `Docker could not start the container: ${message}`);
}

interface State {
  readonly exitCode: number;
  readonly isOutOfMemory: boolean;
}

async function stateOf(api: DockerApi, id: string): Promise<State> {
  const { body } = await api.must({ method: 'GET', path: `/containers/${id}/json` });
  return {
    exitCode: numberOf(body, 'State', 'ExitCode'),
    isOutOfMemory: fieldOf(body, 'State', 'OOMKilled') === true,
  };
}

async function stateAfter(api: DockerApi, id: string): Promise<State> {
  const state = await stateOf(api, id);
  if (state.exitCode !== KILLED_EXIT_CODE || state.isOutOfMemory) return state;
  await delay(GRACE_MS);
  return stateOf(api, id);
}

type Outcome<T> = T extends RunOutcome ? Omit<T, 'durationMs' | 'result'> : never;

function outcomeOf(
  { stop }: Extract<Ending, { status: 'ended' }>,
  { exitCode, isOutOfMemory }: State,
  { limits }: RunRequest,
): Outcome<RunOutcome> {
  if (stop === 'timed-out') return { status: stop, timeoutMs: limits.timeoutMs };
  if (stop === 'output-exceeded') return { status: stop, maxOutputBytes: limits.maxOutputBytes };
  if (isOutOfMemory && exitCode !== 0) return { status: 'out-of-memory', memoryBytes: limits.memoryBytes };
  const signal = signalName(exitCode - 128);
  return signal === undefined ? { status: 'exited', exitCode } : { status: 'killed', signal };
}

function signalName(number: number): string | undefined {
  return Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
}

/** Docker's messages name folders of the host, which are no business of the submitter. */
function withoutPaths(message: string): string {
  return message.replaceAll(/\/\S*\/(?:overlay2|vfs|containers|volumes)\/\S+/g, '…');
}

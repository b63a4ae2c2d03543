import { type FileHandle, open, readFile } from 'node:fs/promises';
import type { Digest } from '../../core/digest.ts';
import { DrydockError } from '../../core/errors.ts';
import type { CollectedFile, Wants } from '../../core/ports.ts';
import type { Cgroup } from '../cgroup.ts';
import { type Child, spawnChild } from '../exec.ts';
import type { EngineAccount } from './account.ts';
import { createCellChannel } from './cell-channel.ts';
import type { AgentSetup } from './protocol.ts';

const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** Where an image's layers may be: the space's own, and the bases below them. */
const STORES = ['/space/storage', '/bases'];
const START_TIMEOUT_MS = 20_000;
const DEATH_TIMEOUT_MS = 5000;

export interface CellOptions {
  readonly account: EngineAccount;
  /** The agent's first file, by `prepareAgent`. */
  readonly agent: string;
  readonly setup: AgentSetup;
  /** `own`: a network namespace with nothing in it. `host`: only for cells that no submitted program runs in. */
  readonly network: 'own' | 'host';
}

/** How a program in a cell ended. */
export interface CellExit {
  readonly exitCode: number | null;
  readonly signal: string | null;
}

export interface CellProgram {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly input?: AsyncIterable<Buffer>;
  readonly maxOutputBytes: number;
  readonly onOutput: (stream: 'stdout' | 'stderr', chunk: Buffer) => void;
  /** Called once. The program goes on, unheard, until somebody kills it. */
  readonly onOutputExceeded: () => void;
}

/**
 * A throw-away sandbox around an engine: namespaces of its own, a root of its own, and as its first process our agent.
 * Whatever happens inside, disposing it kills every process and unmounts every mount of it.
 */
export interface Cell extends AsyncDisposable {
  /** The agent's process id on the host. */
  readonly pid: number;
  /** Resolves when everything in the cell is dead; says how the agent ended. */
  readonly dead: Promise<string>;
  spawn(program: CellProgram): Promise<CellExit>;
  write(path: string, content: string): Promise<void>;
  read(path: string, maxBytes: number): Promise<Buffer>;
  makeFolders(paths: readonly string[]): Promise<void>;
  killAll(): Promise<void>;
  /** Keeps everything in the cell from making user namespaces, which kernel flaws need. */
  forbidNamespaces(): Promise<void>;
  takeResult(
    folder: string,
  ): Promise<{ readonly kind: string; readonly why: string; readonly content: Buffer }>;
  /** An image of the cell's stores: its configuration, whose SHA-256 is its id; null when none has it. */
  findImage(image: Digest): Promise<{ readonly config: Buffer; readonly sizeBytes: number } | null>;
  /** Mounts an image for `collect`, once. Returns why no engine must start it, or null. */
  mountImage(image: Digest): Promise<string | null>;
  collect(wants: Wants): AsyncIterable<CollectedFile>;
  watch(limits: {
    readonly memoryBytes: number | null;
    readonly processes: number | null;
    readonly diskBytes: number | null;
    readonly onLimit: (what: 'memory' | 'processes' | 'disk') => void;
  }): void;
  join(cgroup: Cgroup): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a cell and resolves when its agent waits for orders. Throws `tool-missing`, `engine-unavailable`. */
export async function startCell(options: CellOptions): Promise<Cell> {
  const node = await open(process.execPath, 'r');
  try {
    return await startWith(options, node);
  } finally {
    await node.close();
  }
}

async function startWith(options: CellOptions, node: FileHandle): Promise<Cell> {
  const isRoot = process.getuid?.() === 0;
  const { account } = options;
  const child = await spawnChild({
    command: 'unshare',
    args: [
      ...['--user', '--map-auto', '--map-root-user', '--mount', '--pid', '--ipc', '--uts'],
      ...(options.network === 'own' ? ['--net'] : []),
      ...['--fork', '--kill-child', '--mount-proc', '--', '/proc/self/fd/3', options.agent],
      JSON.stringify(options.setup),
    ],
    env: { PATH, HOME: '/' },
    cwd: '/',
    inherit: [node.fd],
    ...(isRoot ? { uid: account.uid, gid: account.gid } : {}),
  });
  const channel = createCellChannel(child);
  const timer = setTimeout(child.kill, START_TIMEOUT_MS);
  const isReady = await Promise.race([channel.ready.then(() => true), child.ended.then(() => false)]);
  clearTimeout(timer);
  const pid = isReady ? await findAgentPid(child.pid) : undefined;
  if (pid === undefined) {
    child.kill();
    await child.ended;
    throw new DrydockError(
      'engine-unavailable',
      `A sandbox of ${account.name} was expected to start, but it did not: ${channel.errors().trim() || 'it said nothing'}. \`drydock doctor\` shows what this machine lacks.`,
    );
  }
  return assemble(child, pid, channel);
}

function idOf(image: Digest): string {
  return image.slice('sha256:'.length);
}

/** The one child of `unshare` is the agent. */
async function findAgentPid(parentPid: number): Promise<number | undefined> {
  const text = await readFile(`/proc/${parentPid}/task/${parentPid}/children`, 'utf8').catch(() => '');
  const pid = Number.parseInt(text, 10);
  return Number.isNaN(pid) ? undefined : pid;
}

function assemble(child: Child, pid: number, channel: ReturnType<typeof createCellChannel>): Cell {
  const dead = child.ended.then(() => channel.errors().trim());
  return {
    pid,
    dead,
    spawn: channel.spawn,
    async write(path, content) {
      await channel.ask({ op: 'write', path }, Buffer.from(content, 'utf8'));
    },
    read: async (path, maxBytes) => (await channel.ask({ op: 'read', path, maxBytes })).body,
    async makeFolders(paths) {
      await channel.ask({ op: 'make-folders', paths });
    },
    async killAll() {
      await channel.ask({ op: 'kill-all' });
    },
    async forbidNamespaces() {
      await channel.ask({ op: 'forbid-namespaces' });
    },
    async takeResult(folder) {
      const { kind, why, body } = await channel.ask({ op: 'take-result', folder });
      return { kind, why, content: body };
    },
    async findImage(image) {
      const answer = await channel.ask({ op: 'find-image', stores: STORES, imageId: idOf(image) });
      return answer.why === 'not-found' ? null : { config: answer.body, sizeBytes: answer.sizeBytes };
    },
    async mountImage(image) {
      const { why } = await channel.ask({ op: 'mount-image', stores: STORES, imageId: idOf(image) });
      return why === '' ? null : why;
    },
    collect: channel.collect,
    watch: channel.watch,
    join: (cgroup) => cgroup.add(pid),
    async [Symbol.asyncDispose]() {
      // The kernel lets `unshare` see the agent's end only after every other process of the namespace is gone.
      kill(pid);
      const force = setTimeout(child.kill, DEATH_TIMEOUT_MS);
      await dead;
      clearTimeout(force);
    },
  };

  function kill(target: number): void {
    if (child.isRunning())
      try {
        process.kill(target, 'SIGKILL');
      } catch {
        // It has ended already.
      }
  }
}

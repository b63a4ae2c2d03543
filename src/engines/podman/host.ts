import { createHash } from 'node:crypto';
import { access, chown, constants, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DrydockError } from '../../core/errors.ts';
import type { Isolation } from '../../core/report.ts';
import { type Cgroup, type Cgroups, openCgroups } from '../cgroup.ts';
import { exec } from '../exec.ts';
import { type EngineAccount, findEngineAccount } from './account.ts';
import { prepareAgent } from './agent-files.ts';
import { type Cell, startCell } from './cell.ts';

/** Memory and tasks of the engine's own processes and our agent beside the submitted program's. */
const OWN_MEMORY_BYTES = 160 * 1024 * 1024;
const OWN_TASKS = 128;
/** gVisor's kernel and its helpers live in the cell as well. */
const GVISOR_MEMORY_BYTES = 128 * 1024 * 1024;
const GVISOR_TASKS = 256;

/** Which step a group of processes is of. */
export interface StepName {
  readonly spaceId: string;
  readonly step: 'build' | 'run';
  readonly sandbox: 'runc' | 'gvisor';
}

export interface StepLimits {
  readonly memoryBytes: number;
  readonly pids: number;
  readonly cpus: number;
}

/** What this machine gives the engine, found once. */
export interface Host {
  readonly account: EngineAccount;
  readonly cgroups: Cgroups;
  /** e.g. `4.3.1`. */
  readonly version: string;
  /** Absolute path of gVisor's `runsc`, when it is there. */
  readonly runsc: string | undefined;
  /** The folder that holds everything: bases, spaces, the agent. Its owner is this process's user. */
  readonly folder: string;
  /** A cell around a space's folder; null gives one around the base store, which only then is writable. */
  startCell(space: string | null, network?: 'own' | 'host'): Promise<Cell>;
  /** A group for one step, or undefined where no controller can be written. */
  createCgroup(step: StepName, limits: StepLimits): Promise<Cgroup | undefined>;
  /** The groups of this engine's folder, also those that dead processes left. */
  listCgroups(): Promise<readonly { readonly spaceId: string; remove(): Promise<void> }[]>;
  /** What of `limits` must be watched because nothing caps it. */
  watched(limits: StepLimits): { readonly memoryBytes: number | null; readonly processes: number | null };
  isolation(sandbox: 'runc' | 'gvisor'): Isolation;
}

export interface HostOptions {
  /** An absolute path; every folder above it can be entered by everybody. */
  readonly engineDir: string;
  /** The account that engines run under when this process is root. */
  readonly accountName: string;
  /** Where gVisor may be; the first that is executable is taken. */
  readonly runscPaths: readonly string[];
}

/** Looks at this machine and makes the folders. Throws `engine-unavailable`, `tool-missing`. */
export async function createHost({ engineDir, accountName, runscPaths }: HostOptions): Promise<Host> {
  const account = await findEngineAccount(accountName);
  await makeFolders(engineDir, account);
  const [agent, cgroups, version, runsc] = await Promise.all([
    prepareAgent(engineDir),
    openCgroups(),
    readVersion(),
    findExecutable(runscPaths),
  ]);
  const bases = join(engineDir, 'bases');
  const caps = new Set(cgroups.controllers);
  // Several engines may share a machine; each knows its groups by its folder.
  const prefix = createHash('sha256').update(engineDir).digest('hex').slice(0, 8);
  return {
    account,
    cgroups,
    version,
    runsc,
    folder: engineDir,
    startCell: (space, network = 'own') =>
      startCell({
        account,
        agent,
        network,
        setup: {
          space,
          bases,
          areBasesWritable: space === null,
          programs: runsc === undefined ? [] : [runsc],
        },
      }),
    async listCgroups() {
      const names = (await cgroups.list()).filter((name) => name.startsWith(`${prefix}.`));
      return names.map((name) => ({ spaceId: name.split('.')[1] ?? '', remove: () => cgroups.remove(name) }));
    },
    async createCgroup({ spaceId, step, sandbox }, limits) {
      if (caps.size === 0) return undefined;
      const isGvisor = sandbox === 'gvisor';
      return await cgroups.create(`${prefix}.${spaceId}.${step}`, {
        memoryBytes: limits.memoryBytes + OWN_MEMORY_BYTES + (isGvisor ? GVISOR_MEMORY_BYTES : 0),
        tasks: limits.pids + OWN_TASKS + (isGvisor ? GVISOR_TASKS : 0),
        cpus: limits.cpus,
      });
    },
    watched: (limits) => ({
      memoryBytes: caps.has('memory') ? null : limits.memoryBytes + OWN_MEMORY_BYTES,
      processes: caps.has('pids') ? null : limits.pids + OWN_TASKS,
    }),
    isolation: (sandbox) => ({
      level: sandbox === 'gvisor' ? 'L1' : 'L0',
      sandbox,
      engine: `podman ${version}`,
      degraded: [
        ...(caps.has('memory') ? [] : ['no memory cgroup: memory is watched every 100 ms, not capped']),
        ...(caps.has('pids')
          ? []
          : ['no pids cgroup: processes are limited for each user id and watched every 100 ms, not capped']),
        ...(caps.has('cpu') ? [] : ['no cpu cgroup: the CPU share is not limited']),
      ],
    }),
  };
}

async function makeFolders(engineDir: string, { uid, gid }: EngineAccount): Promise<void> {
  if (!/^\/[\w./-]+$/.test(engineDir))
    throw new DrydockError(
      'config-invalid',
      `The engine's folder was expected to be an absolute path of letters, digits and ._-, got ${engineDir}.`,
    );
  await mkdir(join(engineDir, 'spaces'), { recursive: true, mode: 0o711 });
  const bases = join(engineDir, 'bases');
  await mkdir(bases, { recursive: true, mode: 0o700 });
  if (process.getuid?.() === 0) await chown(bases, uid, gid);
}

async function readVersion(): Promise<string> {
  const result = await exec({
    command: 'podman',
    args: ['--version'],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', HOME: '/' },
    timeoutMs: 10_000,
    maxOutputBytes: 10_000,
  });
  const version = /(\d+\.\d+\.\d+)/.exec(result.stdout)?.[1];
  if (version !== undefined) return version;
  throw new DrydockError(
    'engine-unavailable',
    `podman --version was expected to print a version, got ${JSON.stringify(result.stdout.slice(0, 100))}.`,
  );
}

async function findExecutable(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths)
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path;
  return undefined;
}

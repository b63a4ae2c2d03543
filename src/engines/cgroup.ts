import { access, constants, mkdir, readdir, readFile, rmdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const PARENT = 'drydock';
const CPU_PERIOD_US = 100_000;
const REMOVE_TIMEOUT_MS = 5000;
const CONTROLLERS = ['memory', 'pids', 'cpu'] as const;
export type Controller = (typeof CONTROLLERS)[number];

export interface CgroupLimits {
  /** Of everything in the group; swap is not given. */
  readonly memoryBytes: number;
  /** Processes and threads. */
  readonly tasks: number;
  readonly cpus: number;
}

/** One group of processes that the kernel holds to its limits. */
export interface Cgroup {
  add(pid: number): Promise<void>;
  /** How many processes the kernel has killed in it for want of memory. */
  countOutOfMemory(): Promise<number>;
  /** Kills what is left in it and removes it. */
  remove(): Promise<void>;
}

export interface Cgroups {
  /** What this host lets us cap. */
  readonly controllers: readonly Controller[];
  create(name: string, limits: CgroupLimits): Promise<Cgroup>;
  /** The names of the groups that are there, whoever made them. */
  list(): Promise<readonly string[]>;
  /** Kills what is in a group and removes it. */
  remove(name: string): Promise<void>;
}

/** Where the folder of our groups is, for each controller. */
interface Layout {
  readonly version: 1 | 2;
  readonly folders: Readonly<Partial<Record<Controller, string>>>;
}

/**
 * Finds the cgroup hierarchies that this process may write, of version 1, 2 or both at once. Without any it still
 * answers: with no controllers. Source: https://docs.kernel.org/admin-guide/cgroup-v2.html, cgroup-v1/.
 */
export async function openCgroups(): Promise<Cgroups> {
  const mounts = await readFile('/proc/self/mountinfo', 'utf8');
  const own = await readFile('/proc/self/cgroup', 'utf8');
  const layout = await usable(findLayout(mounts, own));
  const controllers = CONTROLLERS.filter((controller) => layout.folders[controller] !== undefined);
  const folders = [...new Set(Object.values(layout.folders))];
  return {
    controllers,
    create: (name, limits) => createCgroup({ ...layout, name, limits }),
    async list() {
      const lists = await Promise.all(folders.map((folder) => readdir(folder, { withFileTypes: true })));
      return [
        ...new Set(
          lists
            .flat()
            .filter((entry) => entry.isDirectory())
            .map(({ name }) => name),
        ),
      ];
    },
    async remove(name) {
      for (const folder of folders) await removeFolder(join(folder, name));
    },
  };
}

/** The folders for our groups by /proc/self/mountinfo and /proc/self/cgroup; whether they can be used is not asked. */
export function findLayout(mountinfo: string, ownCgroups: string): Layout {
  const own = new Map(
    ownCgroups
      .split('\n')
      .map((line) => /^\d+:([^:]*):(.*)$/.exec(line))
      .filter((match) => match !== null)
      .flatMap(([, names = '', path = '/']) => names.split(',').map((name) => [name, path] as const)),
  );
  const folders: Partial<Record<Controller, string>> = {};
  let unified: string | undefined;
  for (const line of mountinfo.split('\n')) {
    const [before = '', after = ''] = line.split(' - ');
    const [, , , root = '/', point = ''] = before.split(' ');
    const [type, , options = ''] = after.split(' ');
    if (type === 'cgroup2') unified = point;
    if (type !== 'cgroup') continue;
    for (const controller of CONTROLLERS)
      if (options.split(',').includes(controller))
        folders[controller] = join(point, below(root, own.get(controller) ?? '/'), PARENT);
  }
  if (Object.keys(folders).length > 0 || unified === undefined) return { version: 1, folders };
  const folder = join(unified, PARENT);
  return { version: 2, folders: { memory: folder, pids: folder, cpu: folder } };
}

/** A cgroup path as seen below the mount's root. Outside of it (a cgroup namespace), the mount's root itself. */
function below(root: string, path: string): string {
  if (root === '/') return path.includes('..') ? '/' : path;
  return path.startsWith(`${root}/`) ? path.slice(root.length) : '/';
}

async function usable(layout: Layout): Promise<Layout> {
  const folders: Partial<Record<Controller, string>> = {};
  for (const controller of CONTROLLERS) {
    const folder = layout.folders[controller];
    if (folder === undefined) continue;
    try {
      if (layout.version === 2) await writeFile(join(folder, '../cgroup.subtree_control'), `+${controller}`);
      await mkdir(folder, { recursive: true });
      await access(folder, constants.W_OK);
      if (layout.version === 2) await writeFile(join(folder, 'cgroup.subtree_control'), `+${controller}`);
      folders[controller] = folder;
    } catch {
      // Not ours to write: this controller is missing, and the isolation's `degraded` says so.
    }
  }
  return { version: layout.version, folders };
}

async function createCgroup({
  version,
  folders,
  name,
  limits,
}: Layout & { readonly name: string; readonly limits: CgroupLimits }): Promise<Cgroup> {
  const own = [...new Set(Object.values(folders))].map((folder) => join(folder, name));
  for (const folder of own) await mkdir(folder, { recursive: true });
  const quota = Math.max(1000, Math.round(limits.cpus * CPU_PERIOD_US));
  const set = async (controller: Controller, file: string, value: string): Promise<void> => {
    const folder = folders[controller];
    if (folder !== undefined) await writeFile(join(folder, name, file), value);
  };
  await set('pids', 'pids.max', String(limits.tasks));
  if (version === 1) {
    await set('memory', 'memory.limit_in_bytes', String(limits.memoryBytes));
    // Without swap accounting in the kernel there is no such file; then there is nothing to cap either.
    await set('memory', 'memory.memsw.limit_in_bytes', String(limits.memoryBytes)).catch(() => undefined);
    await set('cpu', 'cpu.cfs_period_us', String(CPU_PERIOD_US));
    await set('cpu', 'cpu.cfs_quota_us', String(quota));
  } else {
    await set('memory', 'memory.max', String(limits.memoryBytes));
    await set('memory', 'memory.swap.max', '0').catch(() => undefined);
    await set('cpu', 'cpu.max', `${quota} ${CPU_PERIOD_US}`);
  }
  const events = folders.memory === undefined ? undefined : join(folders.memory, name);
  return {
    async add(pid) {
      for (const folder of own) await writeFile(join(folder, 'cgroup.procs'), String(pid));
    },
    async countOutOfMemory() {
      if (events === undefined) return 0;
      const file = join(events, version === 1 ? 'memory.oom_control' : 'memory.events');
      const text = await readFile(file, 'utf8');
      return Number(/^oom_kill (\d+)$/m.exec(text)?.[1] ?? 0);
    },
    async remove() {
      for (const folder of own) await removeFolder(folder);
    },
  };
}

async function removeFolder(folder: string): Promise<void> {
  const deadline = Date.now() + REMOVE_TIMEOUT_MS;
  while (true) {
    for (const child of await readdir(folder, { withFileTypes: true }).catch(() => []))
      if (child.isDirectory()) await removeFolder(join(folder, child.name));
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
      if (Date.now() > deadline) throw error;
    }
    await killAllIn(folder);
    await sleep(2);
  }
}

async function killAllIn(folder: string): Promise<void> {
  const text = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '');
  for (const pid of text.split('\n').filter((line) => line !== '' && line !== '0'))
    try {
      process.kill(Number(pid), 'SIGKILL');
    } catch {
      // It has ended since.
    }
}

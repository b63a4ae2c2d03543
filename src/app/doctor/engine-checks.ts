import { readFile } from 'node:fs/promises';
import { isDrydockError } from '../../core/errors.ts';
import { openCgroups } from '../../engines/cgroup.ts';
import { type EngineAccount, findEngineAccount } from '../../engines/podman/account.ts';
import { RUNSC_PATH } from '../../engines/programs.ts';
import type { ResolvedConfig } from '../config.ts';
import { createEngine } from '../engine.ts';
import { BOOTSTRAP, type Check, type Finding, ok, tryProgram } from './diagnosis.ts';
import { openFlaws } from './known-flaws.ts';

const JOBS = 'building and running: drydock run, drydock serve';

/** A namespace of everything, as a cell has it; what is mounted in it is gone with it. */
const CELL = [
  '--user',
  '--map-auto',
  '--map-root-user',
  '--mount',
  '--pid',
  '--ipc',
  '--uts',
  '--net',
  '--fork',
  '--kill-child',
  '--mount-proc',
];

const account: Check = {
  name: 'engine account',
  disables: JOBS,
  remedy: BOOTSTRAP,
  run: async ({ engineAccount }) => {
    const { name, uid } = await findEngineAccount(engineAccount);
    return ok(`${name} (uid ${uid}) with ranges of ids in /etc/subuid and /etc/subgid`);
  },
};

const namespaces: Check = {
  name: 'user namespaces',
  disables: JOBS,
  remedy: '',
  run: async (config) => {
    const tried = await tryProgram('unshare', [...CELL, '--', 'true'], { account: await accountFor(config) });
    if (tried.isFine) return ok('a cell of all namespaces starts without root');
    return { status: 'missing', detail: tried.text, ...(await namespaceRemedy()) };
  },
};

/** Which of the kernel's switches forbids it. Source: user_namespaces(7), Debian and Ubuntu kernels. */
async function namespaceRemedy(): Promise<Pick<Finding, 'remedy'>> {
  const [clone, apparmor, most] = await Promise.all([
    readSwitch('kernel/unprivileged_userns_clone'),
    readSwitch('kernel/apparmor_restrict_unprivileged_userns'),
    readSwitch('user/max_user_namespaces'),
  ]);
  if (clone === '0') return { remedy: 'sysctl -w kernel.unprivileged_userns_clone=1' };
  if (apparmor === '1') return { remedy: 'sysctl -w kernel.apparmor_restrict_unprivileged_userns=0' };
  if (most === '0') return { remedy: 'sysctl -w user.max_user_namespaces=10000' };
  if (!(await tryProgram('sh', ['-c', 'command -v newuidmap newgidmap'])).isFine)
    return { remedy: BOOTSTRAP };
  return {
    remedy: 'run Drydock outside of a chroot, or let the container that it is in make user namespaces',
  };
}

async function readSwitch(path: string): Promise<string> {
  return (await readFile(`/proc/sys/${path}`, 'utf8').catch(() => '')).trim();
}

const cgroups: Check = {
  name: 'control groups',
  disables: 'hard limits: what is not capped is watched every 100 ms instead',
  remedy: '',
  run: async () => {
    const { controllers } = await openCgroups();
    const absent = ['memory', 'pids', 'cpu'].filter((name) => !controllers.some((it) => it === name));
    if (absent.length === 0) return ok('memory, processes and CPU are capped');
    const remedy =
      process.getuid?.() === 0 ? '' : 'systemd-run --user --scope --property=Delegate=yes ./bin/drydock …';
    return { status: 'degraded', detail: `not writable: ${absent.join(', ')}`, remedy };
  },
};

/** Mounts a small overlay in a cell; /tmp is a file system of the cell's own by then. */
const OVERLAY =
  'mount -t tmpfs x /tmp && cd /tmp && mkdir l u w m && mount -t overlay -o lowerdir=l,upperdir=u,workdir=w o m && echo x >m/f && test -s u/f';

const overlay: Check = {
  name: 'overlay',
  disables: 'fast layers: builds would copy whole images',
  remedy: 'modprobe overlay',
  run: async (config) => {
    const args = [...CELL, '--', 'sh', '-c', OVERLAY];
    const { isFine, text } = await tryProgram('unshare', args, { account: await accountFor(config) });
    return isFine ? ok('the kernel’s own, without root') : { status: 'degraded', detail: text };
  },
};

const podman: Check = {
  name: 'podman',
  disables: JOBS,
  remedy: BOOTSTRAP,
  run: async () => {
    const { isFine, text } = await tryProgram('podman', ['--version']);
    return isFine ? ok(text) : { status: 'missing', detail: text };
  },
};

const runc: Check = {
  name: 'runc',
  disables: JOBS,
  remedy: BOOTSTRAP,
  run: async () => {
    const { isFine, text } = await tryProgram('runc', ['--version']);
    return isFine ? ok(text) : { status: 'missing', detail: text };
  },
};

function flawsOf(program: 'podman' | 'runc'): Check {
  return {
    name: `${program} flaws`,
    disables: '',
    remedy: '',
    run: async () => {
      const { isFine, text } = await tryProgram(program, ['--version']);
      if (!isFine) return { status: 'degraded', detail: `unknown, ${text}` };
      const { flaws, basis } = await openFlaws(program, text);
      if (flaws.length === 0) return ok(`none known (${basis})`);
      const listed = flaws.map(({ cve, shield }) => `${cve}: ${shield}`).join('; ');
      return { status: 'degraded', detail: `${flaws.length} known and not mended (${basis}): ${listed}` };
    },
  };
}

const gvisor: Check = {
  name: 'gVisor',
  disables: 'the second wall around runs: programs share the kernel of this machine',
  remedy: BOOTSTRAP,
  run: async (config) => {
    const version = await tryProgram(RUNSC_PATH, ['--version']);
    if (!version.isFine) return { status: 'degraded', detail: version.text };
    const sandbox = `mount -t tmpfs x /tmp && ${RUNSC_PATH} --root /tmp --ignore-cgroups --network=none do true`;
    const tried = await tryProgram('unshare', [...CELL, '--', 'sh', '-c', sandbox], {
      account: await accountFor(config),
      timeoutMs: 20_000,
    });
    if (tried.isFine) return ok(`${version.text}, starts in a cell`);
    return {
      status: 'degraded',
      detail: `${version.text} is here, but starts no sandbox: ${tried.text}`,
      remedy: '',
    };
  },
};

const engine: Check = {
  name: 'engine',
  disables: JOBS,
  remedy: BOOTSTRAP,
  run: async (config) => {
    const described = await (await createEngine(config)).describe();
    const { name, version, sandboxes, degraded } = described;
    const detail = `${name} ${version}, sandboxes: ${sandboxes.join(', ')}`;
    if (degraded.length === 0) return ok(detail);
    return { status: 'degraded', detail, disables: degraded.join('; '), remedy: '' };
  },
};

const docker: Check = {
  name: 'docker',
  disables: 'the second driver, for machines without Podman (DRYDOCK_ENGINE=docker)',
  remedy: 'apt-get install docker.io, then start dockerd',
  run: async (config) => {
    try {
      const { version } = await (await createEngine({ ...config, engine: 'docker' })).describe();
      return ok(`Docker Engine ${version} answers at ${config.dockerSocket}`);
    } catch (error) {
      if (!isDrydockError(error)) throw error;
      const isNeeded = config.engine === 'docker';
      return {
        status: isNeeded ? 'missing' : 'degraded',
        detail: `nobody answers at ${config.dockerSocket}`,
      };
    }
  },
};

/** The account that cells start under; null is the user of this process. */
async function accountFor({ engineAccount }: ResolvedConfig): Promise<EngineAccount | null> {
  const found = await findEngineAccount(engineAccount);
  return process.getuid?.() === 0 ? found : null;
}

const PODMAN_CHECKS: readonly Check[] = [
  account,
  namespaces,
  cgroups,
  overlay,
  podman,
  flawsOf('podman'),
  runc,
  flawsOf('runc'),
  gvisor,
];

export const ENGINE_CHECKS: readonly Check[] = [
  ...PODMAN_CHECKS.map((check): Check => ({ ...check, engine: 'podman' })),
  engine,
  docker,
];

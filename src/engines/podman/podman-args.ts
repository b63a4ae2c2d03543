import type { BuildRequest, RunRequest } from '../../core/ports.ts';
import type { EngineAccount } from './account.ts';

/**
 * Paths inside a cell. Only `space` is on disk and outlives the cell: what an engine believes of mounts and processes
 * must not, because they die with it.
 */
export const CELL = {
  space: '/space',
  bases: '/bases',
  basesTemporary: '/bases/tmp',
  layers: '/space/storage/overlay',
  runtime: '/run/engine',
  dockerfile: '/run/step/Dockerfile',
  ignoreFile: '/run/step/ignore',
  imageIdFile: '/run/step/image-id',
  registries: '/run/step/registries.conf',
  hooks: '/run/step/no-hooks',
  data: '/run/step/data',
  temporary: '/run/step/temporary',
} as const;

/** No registry is ever asked for a short name, and none is configured. */
export const REGISTRIES_CONF = 'unqualified-search-registries = []\nshort-name-mode = "enforcing"\n';

const MAX_OPEN_FILES = 1024;
const MIN_FILE_BYTES = 2 * 1024 * 1024 * 1024;
/** The resolver that slirp4netns gives a cell with an open network. */
const RESOLVER = '10.0.2.3';
const SHM_BYTES = 16 * 1024 * 1024;

/** The whole environment of an engine in a cell: nothing of the service's own reaches it. */
export function engineEnv({ uid, gid }: EngineAccount): Readonly<Record<string, string>> {
  return {
    HOME: '/space/home',
    PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    TMPDIR: '/space/tmp',
    XDG_RUNTIME_DIR: CELL.runtime,
    CONTAINERS_REGISTRIES_CONF: CELL.registries,
    // The cell is the user namespace; these tell Podman not to make another one around itself.
    _CONTAINERS_USERNS_CONFIGURED: 'done',
    _CONTAINERS_ROOTLESS_UID: String(uid),
    _CONTAINERS_ROOTLESS_GID: String(gid),
  };
}

/** The folders that `engineEnv` and the arguments below speak of. */
export const CELL_FOLDERS: readonly string[] = [
  '/space/home',
  '/space/tmp',
  CELL.runtime,
  CELL.hooks,
  CELL.data,
  CELL.temporary,
];

/** Global arguments, for the storage of a space or the base store itself. */
export function storageArgs(
  store: 'space' | 'bases',
  runtime: string | undefined = undefined,
): readonly string[] {
  return [
    ...(store === 'space'
      ? ['--root', '/space/storage', '--storage-opt', `additionalimagestore=${CELL.bases}`]
      : ['--root', CELL.bases]),
    ...['--runroot', `${CELL.runtime}/root`, '--tmpdir', `${CELL.runtime}/libpod`],
    ...['--storage-driver', 'overlay', '--events-backend', 'none', '--cgroup-manager', 'cgroupfs'],
    ...['--hooks-dir', CELL.hooks],
    ...(runtime === undefined
      ? ['--runtime', 'runc']
      : ['--runtime', runtime, '--runtime-flag', 'network=none', '--runtime-flag', 'ignore-cgroups']),
  ];
}

/** Arguments of one build. The Dockerfile, its arguments and its target are not trusted; none can become a flag. */
export function buildArgs(request: BuildRequest, contextFolder: string): readonly string[] {
  const { limits } = request;
  // A sparse file may be larger than what it takes up.
  const fileBytes = Math.max(limits.diskBytes, MIN_FILE_BYTES);
  return [
    ...storageArgs('space'),
    ...[
      'build',
      '--isolation',
      'oci',
      '--format',
      'docker',
      '--identity-label=false',
      '--jobs',
      '1',
      '--pull=never',
    ],
    ...['--no-cache', '--force-rm', '--no-hosts'],
    // `host` is the cell's own network namespace, which has nothing but what was put into it.
    ...(request.network === 'none' ? ['--network', 'none'] : ['--network', 'host', '--dns', RESOLVER]),
    ...['--http-proxy=false', '--ignorefile', CELL.ignoreFile, '--shm-size', String(SHM_BYTES)],
    ...ulimits(limits.pids),
    ...['--ulimit', `fsize=${fileBytes}:${fileBytes}`],
    ...Object.entries(request.buildArgs).flatMap(([name, value]) => [`--build-arg=${name}=${value}`]),
    ...(request.target === undefined ? [] : [`--target=${request.target}`]),
    ...['--iidfile', CELL.imageIdFile, '--file', CELL.dockerfile, contextFolder],
  ];
}

/** Arguments of one run. Nothing of the image's configuration but its command, environment and folder is used. */
export function runArgs(
  request: RunRequest,
  { name, runtime }: { readonly name: string; readonly runtime: string | undefined },
): readonly string[] {
  const { limits } = request;
  return [
    ...storageArgs('space', runtime),
    ...['run', '--name', name, '--pull=never', '--log-driver', 'none', '--network', 'none'],
    ...[
      '--cap-drop',
      'all',
      '--security-opt',
      'no-new-privileges',
      '--user',
      `${request.uid}:${request.gid}`,
    ],
    ...['--read-only', '--read-only-tmpfs=false', '--image-volume', 'ignore', '--no-healthcheck'],
    ...['--systemd=false', '--sdnotify=ignore', '--http-proxy=false', '--no-hosts', '--passwd=false'],
    ...['--hostname', 'drydock', '--cgroupns', 'private', '--ipc', 'private', '--stop-signal', 'KILL'],
    ...['--volume', `${CELL.data}:/data:rw,nosuid,nodev,noexec`],
    ...['--volume', `${CELL.temporary}:/tmp:rw,nosuid,nodev,noexec`],
    ...['--shm-size', String(SHM_BYTES)],
    ...ulimits(limits.pids),
    request.image,
  ];
}

function ulimits(processes: number): readonly string[] {
  const pairs = [
    ['nofile', MAX_OPEN_FILES],
    ['nproc', processes],
    ['core', 0],
  ];
  return pairs.flatMap(([name, value]) => ['--ulimit', `${name}=${value}:${value}`]);
}

/**
 * Every setting of Drydock in one table: docs/config.md is generated from it and `Config` is inferred from it.
 * It is plain data and no TypeBox schema because importing TypeBox took 190 ms here (median of 5, warm disk), more
 * than all else that `drydock run` does before the build.
 */
export const SETTINGS = {
  profile: setting({
    env: 'DRYDOCK_PROFILE',
    kind: { type: 'choice', of: ['dev', 'uat', 'production'] },
    default: 'dev',
    what: 'Which environment this is. `production` refuses the embedded database and open metrics.',
  }),
  host: setting({
    env: 'DRYDOCK_HOST',
    kind: { type: 'text' },
    default: '127.0.0.1',
    what: 'The address that the API listens on.',
  }),
  port: setting({
    env: 'DRYDOCK_PORT',
    kind: { type: 'integer', min: 0, max: 65_535 },
    default: 5000,
    what: 'The port that the API listens on; 0 takes a free one.',
  }),
  containerName: setting({
    env: 'CONTAINER_NAME',
    kind: { type: 'text' },
    default: 'drydock',
    what: 'What `/health` answers as `container`.',
  }),
  logLevel: setting({
    env: 'DRYDOCK_LOG_LEVEL',
    kind: { type: 'choice', of: ['debug', 'info', 'warn', 'error', 'silent'] },
    default: 'info',
    what: 'The least severe log line that is written.',
  }),
  databaseUrl: setting({
    env: 'DATABASE_URL',
    kind: { type: 'text' },
    default: null,
    what: 'PostgreSQL to use, e.g. `postgres://drydock@db/drydock`. Without it the embedded database is used.',
    isSecret: true,
  }),
  dataDir: setting({
    env: 'DRYDOCK_DATA_DIR',
    kind: { type: 'path' },
    default: '.drydock',
    what: 'Where the embedded database and the first token lie.',
  }),
  engine: setting({
    env: 'DRYDOCK_ENGINE',
    kind: { type: 'choice', of: ['podman', 'docker'] },
    default: 'podman',
    what: 'The container engine that builds and runs.',
  }),
  dockerSocket: setting({
    env: 'DRYDOCK_DOCKER_SOCKET',
    kind: { type: 'path' },
    default: '/var/run/docker.sock',
    what: 'The socket of the Docker Engine, where that is the engine. It never enters a container.',
  }),
  engineDir: setting({
    env: 'DRYDOCK_ENGINE_DIR',
    kind: { type: 'path' },
    default: null,
    what: 'Where base images and the spaces of jobs lie. Default: `/var/lib/drydock/engine` for root, else `~/.local/share/drydock/engine`.',
  }),
  engineAccount: setting({
    env: 'DRYDOCK_ENGINE_ACCOUNT',
    kind: { type: 'text' },
    default: 'drydock',
    what: 'The account that the engine runs under when Drydock itself is root.',
  }),
  cacheDir: setting({
    env: 'DRYDOCK_CACHE_DIR',
    kind: { type: 'path' },
    default: null,
    what: 'Where advisory data is kept. Default: `/var/cache/drydock` for root, else `~/.cache/drydock`.',
  }),
  policyFile: setting({
    env: 'DRYDOCK_POLICY',
    kind: { type: 'path' },
    default: null,
    what: 'The policy (YAML). Without it the built-in one is used: `drydock policy show`.',
  }),
  concurrency: setting({
    env: 'DRYDOCK_CONCURRENCY',
    kind: { type: 'integer', min: 1, max: 64 },
    default: 2,
    what: 'How many jobs one worker has in hand at once.',
  }),
  leaseMs: setting({
    env: 'DRYDOCK_LEASE_MS',
    kind: { type: 'integer', min: 3000, max: 3_600_000 },
    default: 30_000,
    what: 'After how long without a sign of life a worker’s job is given to another, in milliseconds.',
  }),
  maxAttempts: setting({
    env: 'DRYDOCK_MAX_ATTEMPTS',
    kind: { type: 'integer', min: 1, max: 20 },
    default: 3,
    what: 'How often a job is tried when the failure is ours.',
  }),
  debianSecurityUrl: setting({
    env: 'DRYDOCK_DEBIAN_SECURITY_URL',
    kind: { type: 'text' },
    default: null,
    what: 'Debian’s security archive. Default: the one that this machine’s own apt settings name.',
  }),
  debianMirrorUrl: setting({
    env: 'DRYDOCK_DEBIAN_MIRROR_URL',
    kind: { type: 'text' },
    default: null,
    what: 'Debian’s archive for building base images. Default: the one that this machine’s own apt settings name.',
  }),
  isOffline: setting({
    env: 'DRYDOCK_OFFLINE',
    kind: { type: 'flag' },
    default: false,
    what: 'Fetch nothing: advisory data only from the cache, base images only from the catalogue.',
  }),
  trustProxy: setting({
    env: 'DRYDOCK_TRUST_PROXY',
    kind: { type: 'flag' },
    default: false,
    what: 'Take the client’s address from `X-Forwarded-For`: only behind a proxy of yours.',
  }),
  isMetricsOpen: setting({
    env: 'DRYDOCK_METRICS_OPEN',
    kind: { type: 'flag' },
    default: false,
    what: 'Serve `/metrics` without a token.',
  }),
  url: setting({
    env: 'DRYDOCK_URL',
    kind: { type: 'text' },
    default: 'http://127.0.0.1:5000',
    what: 'The service that `submit`, `status`, `logs` … talk to.',
  }),
  token: setting({
    env: 'DRYDOCK_TOKEN',
    kind: { type: 'text' },
    default: null,
    what: 'The token for that service. Default: the one that the first start of a service left in the data folder.',
    isSecret: true,
  }),
} as const;

export type Kind =
  | { readonly type: 'text' | 'path' | 'flag' }
  | { readonly type: 'integer'; readonly min: number; readonly max: number }
  | { readonly type: 'choice'; readonly of: readonly string[] };

export interface Setting<K extends Kind = Kind, D = string | number | boolean | null> {
  /** The environment variable. */
  readonly env: string;
  readonly kind: K;
  readonly default: D;
  /** One line for docs/config.md. */
  readonly what: string;
  /** Never shown. */
  readonly isSecret?: boolean;
}

type ValueOf<S> =
  S extends Setting<infer K, infer D>
    ?
        | (K extends { readonly type: 'integer' }
            ? number
            : K extends { readonly type: 'flag' }
              ? boolean
              : K extends { readonly of: readonly (infer C)[] }
                ? C
                : string)
        | (D extends null ? null : never)
    : never;

export type Config = { readonly [Name in keyof typeof SETTINGS]: ValueOf<(typeof SETTINGS)[Name]> };

function setting<const K extends Kind, const D extends string | number | boolean | null>(
  it: Setting<K, D>,
): Setting<K, D> {
  return it;
}

import type { Wants } from '../../core/ports.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/**
 * Files that are likely to hold secrets: by their names, and whatever lies at the usual places of an application.
 * Program sources and libraries are not among them: they are most of an image's files and hold almost no secrets.
 */
export const LIKELY_SECRET_FILES: Wants = {
  paths: ['/var/run/secrets/kubernetes.io/serviceaccount/token', '/etc/apt/auth.conf'],
  folders: [
    ...[
      '/',
      '/app',
      '/data',
      '/opt',
      '/root',
      '/run/secrets',
      '/secrets',
      '/srv',
      '/tmp',
      '/usr/src/app',
      '/workspace',
    ],
    ...[
      '/root/.ssh',
      '/root/.aws',
      '/root/.docker',
      '/root/.kube',
      '/root/.config',
      '/etc/ssh',
      '/etc/ssl/private',
    ],
    ...['/etc/apt/auth.conf.d', '/etc/apt/sources.list.d', '/etc/kubernetes', '/var/www/html'],
  ],
  basenames: [
    ...[
      '.env',
      '.netrc',
      '_netrc',
      '.npmrc',
      'npmrc',
      '.yarnrc',
      '.yarnrc.yml',
      '.pypirc',
      '.git-credentials',
      '.gitconfig',
    ],
    ...[
      '.dockercfg',
      '.dockerconfigjson',
      '.pgpass',
      '.my.cnf',
      '.s3cfg',
      '.boto',
      '.vault-token',
      '.htpasswd',
      '.envrc',
    ],
    ...['id_rsa', 'id_dsa', 'id_ecdsa', 'id_ed25519', 'identity', 'kubeconfig', 'pip.conf', 'sources.list'],
    ...[
      '.bash_history',
      '.zsh_history',
      '.ash_history',
      '.sh_history',
      '.python_history',
      '.psql_history',
      '.mysql_history',
    ],
    ...[
      'credentials',
      'credentials.json',
      'credentials.yml',
      'secrets.json',
      'service-account.json',
      'serviceaccount.json',
    ],
    ...[
      'appsettings.json',
      'local.settings.json',
      'settings.py',
      'wp-config.php',
      'database.yml',
      'master.key',
    ],
    ...['docker-compose.yml', 'compose.yml', 'compose.yaml', 'docker-compose.yaml', 'Dockerfile'],
  ],
  suffixes: [
    ...[
      '.env',
      '.env.local',
      '.env.production',
      '.env.development',
      '.pem',
      '.key',
      '.p8',
      '.ppk',
      '.asc',
      '.tfvars',
      '.tfstate',
    ],
    ...[
      '.secret',
      '.secrets',
      '.token',
      '.credentials',
      '.kubeconfig',
      '.properties',
      '.ini',
      '.toml',
      '.yml',
      '.yaml',
      '.conf',
    ],
    ...[
      '/.docker/config.json',
      '/containers/auth.json',
      '/.kube/config',
      '/.git/config',
      '/.aws/config',
      '/.ssh/config',
    ],
  ],
  maxFileBytes: MIB,
  maxTotalBytes: 256 * MIB,
};

/**
 * What packages bring along: keys of their tests and of their manuals, which are everybody's. Whoever hides a secret
 * there hides it from himself.
 */
const PACKAGE_DATA = [
  /^\/usr\/share\/(?:doc|man|info|perl|perl5|mime|ca-certificates|help)\//,
  /^\/usr\/(?:lib|share|libexec)\/(?:[^/]+\/)*(?:tests?|testdata|dummyserver)\//,
  /\/lib\/python[23][^/]*\/(?:[^/]+\/)?tests?\//,
  /\/(?:site|dist)-packages\/(?:[^/]+\/)*(?:tests?|testing|examples?|test_data|testdata)\//,
  /\/node_modules\/(?:[^/]+\/)*(?:tests?|__tests__|fixtures|examples?)\//,
  /\/(?:gems|rubygems)\/(?:[^/]+\/)*(?:test|spec|examples?)\//,
  /^\/usr\/(?:local|lib)\/go(?:-[0-9.]+)?\/src\//,
  /\/go\/pkg\/mod\/(?:[^/]+\/)*(?:tests?|testdata|examples?)\//,
];

/** Whether a file is test data or documentation of a package. */
export function isPackageData(path: string): boolean {
  return PACKAGE_DATA.some((pattern) => pattern.test(path));
}

import type { OsRelease } from './os-release.ts';

interface Family {
  /** Ids in os-release, also those that others say they are like. */
  readonly ids: readonly string[];
  readonly database: string;
}

/** Which database each family of distributions keeps its packages in, by format name. */
const FAMILIES: readonly Family[] = [
  {
    database: 'dpkg',
    ids: ['debian', 'ubuntu', 'raspbian', 'kali', 'linuxmint', 'pop', 'devuan', 'elementary', 'pureos'],
  },
  { database: 'apk', ids: ['alpine', 'wolfi', 'chainguard', 'postmarketos', 'adelie'] },
  {
    database: 'rpm',
    ids: [
      ...['rhel', 'fedora', 'centos', 'rocky', 'almalinux', 'ol', 'amzn', 'azurelinux', 'mariner', 'photon'],
      ...[
        'suse',
        'opensuse',
        'sles',
        'opensuse-leap',
        'opensuse-tumbleweed',
        'openeuler',
        'mageia',
        'eurolinux',
      ],
    ],
  },
  { database: 'pacman', ids: ['arch', 'archarm', 'manjaro'] },
  { database: 'portage', ids: ['gentoo'] },
];

/**
 * Files that show a distribution where nothing says which one: without its os-release and its database, what it
 * consists of can't be known, which must never look like an image without a distribution.
 */
export const SYSTEM_TRACES = {
  paths: [
    ...['/etc/debian_version', '/usr/bin/dpkg', '/usr/bin/apt', '/etc/alpine-release', '/sbin/apk'],
    ...['/etc/redhat-release', '/usr/bin/rpm', '/etc/lsb-release', '/etc/arch-release', '/etc/SuSE-release'],
  ],
  basenames: ['libc.so.6', 'ld-linux-x86-64.so.2', 'ld-linux-aarch64.so.1'],
};

/** The format whose database this operating system must have, or null when the distribution is not known here. */
export function expectedDatabase({ os, like }: OsRelease): string | null {
  for (const id of [os.id, ...like]) {
    const family = FAMILIES.find(({ ids }) => ids.includes(id));
    if (family !== undefined) return family.database;
  }
  return null;
}

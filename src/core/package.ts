/** A package found in an image. */
export interface Package {
  readonly name: string;
  readonly version: string;
  /** purl type: `deb`, `npm`, `pypi`, … */
  readonly type: string;
  /** Exact package URL. Source: the purl specification. */
  readonly purl: string;
  /** The file in the image that told of it, absolute, e.g. `/var/lib/dpkg/status`. */
  readonly foundIn: string;
  /** For distribution packages: the source package and its version, against which advisories are written. */
  readonly source?: { readonly name: string; readonly version: string };
  readonly architecture?: string;
  /** As the package declares them; SPDX where it does. */
  readonly licenses?: readonly string[];
}

/** What /etc/os-release says. */
export interface OperatingSystem {
  /** `debian`, `ubuntu`, `alpine`, … (os-release ID). */
  readonly id: string;
  readonly versionId?: string;
  readonly codename?: string;
  readonly prettyName?: string;
}

/**
 * What is inside an image. `inconclusive` means that an operating system is there but its package database is not
 * readable: never to be taken for clean.
 */
export interface Inventory {
  readonly status: 'complete' | 'inconclusive';
  /** Why it is inconclusive, or what was skipped; one line each. */
  readonly notes: readonly string[];
  readonly os: OperatingSystem | null;
  /** Sorted by purl. */
  readonly packages: readonly Package[];
}

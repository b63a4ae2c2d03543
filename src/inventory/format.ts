import type { Package } from '../core/package.ts';

/** One way in which packages are written down in an image. */
export interface PackageFormat {
  /** e.g. `dpkg`. */
  readonly name: string;
  /** Which files it reads: the same words as `Wants`, each list may be left out. */
  readonly wants: {
    readonly paths?: readonly string[];
    readonly folders?: readonly string[];
    readonly basenames?: readonly string[];
    readonly suffixes?: readonly string[];
  };
  /** Whether a file that was found by these wants, or by those of another format, is to be read by this one. */
  readonly owns: (path: string) => boolean;
  /** Whether it is an operating system's own database, whose every problem makes an inventory inconclusive. */
  readonly isSystem: boolean;
  /**
   * What a file tells. Hostile: never throws for content, is done in time proportional to it, and hands over only names
   * and versions that the format's own grammar allows. Everything else becomes a problem.
   */
  readonly read: (file: FormatFile) => FormatResult;
}

export interface FormatFile {
  readonly path: string;
  readonly content: Uint8Array;
}

export interface FormatResult {
  readonly packages: readonly FoundPackage[];
  /** What could not be read, one line each, without the path. */
  readonly problems: readonly string[];
}

/** A package as its file tells of it, before the operating system is known. */
export interface FoundPackage
  extends Pick<Package, 'name' | 'version' | 'type' | 'source' | 'architecture' | 'licenses'> {
  /** The part of a purl between type and name, for formats that know it, e.g. `@scope`. */
  readonly namespace?: string;
  /** Where in the file it was found, when that holds files itself, e.g. `!/lib/a.jar`. Hostile. */
  readonly inside?: string;
}

export const NOTHING_FOUND: FormatResult = { packages: [], problems: [] };

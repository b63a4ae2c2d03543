import type { Digest } from './digest.ts';

/** A base image as the engine holds it. */
export interface BaseImage {
  /** Canonical name, e.g. `docker.io/library/debian:bookworm-slim`. */
  readonly name: string;
  /** The image's id (configuration digest). */
  readonly digest: Digest;
  /** What the rewritten FROM says so that the engine takes just this image and never asks a registry. */
  readonly address: string;
  /** e.g. `registry docker.io/library/debian@sha256:…` or `built from bookworm by mmdebstrap`. */
  readonly origin: string;
  /** ISO 8601. */
  readonly createdAt: string;
  readonly sizeBytes: number;
  /** Triggers that it would fire in the Dockerfile that names it. */
  readonly onBuild: readonly string[];
}

export interface BaseStore {
  list(): Promise<readonly BaseImage[]>;
  /** By canonical name. */
  find(name: string): Promise<BaseImage | undefined>;
  /** Makes an image of one layer from a plain root filesystem tar on disk. Replaces one of the same name. */
  importRootfs(request: {
    readonly name: string;
    readonly tarPath: string;
    readonly origin: string;
    readonly cmd: readonly string[];
    readonly env: readonly string[];
  }): Promise<BaseImage>;
  /** Pulls by reference (best by digest). Throws `base-unavailable`. `tlsVerify: false` only for registries on this machine. */
  pull(request: {
    readonly reference: string;
    readonly name: string;
    readonly tlsVerify: boolean;
  }): Promise<BaseImage>;
  remove(name: string): Promise<boolean>;
}

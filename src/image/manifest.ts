import { type Digest, digestOf, isDigest } from '../core/digest.ts';
import { DrydockError } from '../core/errors.ts';
import type { ImageConfig } from '../core/ports.ts';
import { type Blobs, readBlob } from './blobs.ts';
import { fields, list, readConfigBlob, text } from './image-config.ts';

const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;
const MAX_LAYERS = 1000;
const MAX_INDEX_DEPTH = 4;

/** A layer, and what its bytes must be. */
export interface Layer {
  /** The blob's name in the archive. */
  readonly blob: string;
  /** The digest of the blob as it is stored, where the format tells. */
  readonly digest: Digest | null;
  /** The digest of its plain tar. */
  readonly diffId: Digest;
}

/** Which image an archive holds. */
export interface ImageManifest {
  /** The image's id: the digest of its configuration. */
  readonly digest: Digest;
  /** As the archive calls it. Untrusted. */
  readonly names: readonly string[];
  readonly config: ImageConfig;
  /** ISO 8601 as written, or empty. */
  readonly createdAt: string;
  /** Lowest first. */
  readonly layers: readonly Layer[];
}

/**
 * The one image of an OCI layout or a Docker archive. Of several platforms that of `platform` is taken (`linux/amd64`).
 * An archive that is both, as Docker writes it, must mean the same image both times.
 * Throws `input-invalid` for anything else, also for several images.
 */
export async function readManifest(blobs: Blobs, platform: string): Promise<ImageManifest> {
  const docker = (await blobs.size('manifest.json')) === undefined ? null : await readDocker(blobs);
  const oci = (await blobs.size('index.json')) === undefined ? null : await readOci(blobs, platform);
  const image = oci ?? docker;
  if (image === null)
    throw invalid(
      'An image archive was expected (index.json of OCI or manifest.json of Docker in it), got a tar without either',
    );
  if (oci !== null && docker !== null && oci.digest !== docker.digest)
    throw invalid(
      `One image was expected, but index.json means ${oci.digest} and manifest.json ${docker.digest}`,
    );
  return { ...image, names: [...new Set([...image.names, ...(docker?.names ?? [])])] };
}

async function readDocker(blobs: Blobs): Promise<ImageManifest> {
  const images = list(await readJson(blobs, 'manifest.json', null));
  if (images.length !== 1)
    throw invalid(`One image was expected in manifest.json, got ${images.length}. Save just one`);
  const image = fields(images[0]);
  const bytes = await readBlob(blobs, text(image.get('Config')), MAX_DOCUMENT_BYTES);
  return join({
    configBytes: bytes,
    names: list(image.get('RepoTags')).map(text),
    layers: list(image.get('Layers')).map((layer) => ({ blob: text(layer), digest: null })),
  });
}

async function readOci(blobs: Blobs, platform: string): Promise<ImageManifest> {
  let found = await readJson(blobs, 'index.json', null);
  let names: readonly string[] = [];
  for (let depth = 0; fields(found).has('manifests'); depth += 1) {
    if (depth >= MAX_INDEX_DEPTH)
      throw invalid('An index that leads to an image was expected, it leads on and on');
    const chosen = choose(list(fields(found).get('manifests')), platform);
    const name = text(fields(fields(chosen).get('annotations')).get('org.opencontainers.image.ref.name'));
    if (name !== '') names = [...names, name];
    found = await readJson(blobs, ...blobOf(chosen));
  }
  const manifest = fields(found);
  const [configName, configDigest] = blobOf(manifest.get('config'));
  const configBytes = await readBlob(blobs, configName, MAX_DOCUMENT_BYTES);
  assertDigest(configName, configBytes, configDigest);
  return join({
    configBytes,
    names,
    layers: list(manifest.get('layers')).map((layer) => {
      const [blob, digest] = blobOf(layer);
      return { blob, digest };
    }),
  });
}

/** The manifest of the wanted platform; attestations, which BuildKit puts beside images, are none. */
function choose(manifests: readonly unknown[], platform: string): unknown {
  const images = manifests.filter((each) => platformOf(each) !== 'unknown/unknown');
  const ofPlatform = images.filter((each) => platformOf(each) === platform);
  const [chosen] = images.length === 1 ? images : ofPlatform;
  if (chosen !== undefined && (images.length === 1 || ofPlatform.length === 1)) return chosen;
  const got = images.map((each) => platformOf(each) ?? 'one without a platform').slice(0, 20);
  throw invalid(
    `One image for ${platform} was expected in the index, got ${got.join(', ') || 'none'}. Save just one`,
  );
}

function platformOf(descriptor: unknown): string | null {
  const platform = fields(fields(descriptor).get('platform'));
  return platform.size === 0
    ? null
    : `${text(platform.get('os'))}/${text(platform.get('architecture'))}`.slice(0, 80);
}

function blobOf(descriptor: unknown): readonly [name: string, digest: Digest] {
  const digest = text(fields(descriptor).get('digest'));
  if (!isDigest(digest))
    throw invalid(
      `A descriptor with a digest sha256:<64 hex digits> was expected, got ${JSON.stringify(digest.slice(0, 80))}`,
    );
  return [`blobs/sha256/${digest.slice('sha256:'.length)}`, digest];
}

async function readJson(blobs: Blobs, name: string, digest: Digest | null): Promise<unknown> {
  const bytes = await readBlob(blobs, name, MAX_DOCUMENT_BYTES);
  assertDigest(name, bytes, digest);
  return parse(bytes, name);
}

function parse(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch (error) {
    throw invalid(`JSON was expected in ${name}`, error);
  }
}

/** Throws `input-invalid` when the bytes are not those of the digest. */
function assertDigest(name: string, bytes: Uint8Array, expected: Digest | null): void {
  const got = digestOf(bytes);
  if (expected !== null && got !== expected)
    throw invalid(`${name} was expected to have the digest ${expected}, it has ${got}`);
}

function join(parts: {
  readonly configBytes: Uint8Array;
  readonly names: readonly string[];
  readonly layers: readonly Omit<Layer, 'diffId'>[];
}): ImageManifest {
  const { config, createdAt, diffIds } = readConfigBlob(parse(parts.configBytes, 'the configuration'));
  const { layers } = parts;
  if (layers.length > MAX_LAYERS)
    throw invalid(`At most ${MAX_LAYERS} layers were expected, got ${layers.length}`);
  if (layers.length !== diffIds.length)
    throw invalid(`${diffIds.length} layers were expected, as the configuration says, got ${layers.length}`);
  return {
    digest: digestOf(parts.configBytes),
    names: parts.names.filter((name) => name !== ''),
    config,
    createdAt,
    layers: layers.map((layer, index) => {
      const diffId = diffIds[index] ?? '';
      if (!isDigest(diffId))
        throw invalid(
          `A layer’s digest was expected in the configuration, got ${JSON.stringify(diffId.slice(0, 80))}`,
        );
      return { ...layer, diffId };
    }),
  };
}

function invalid(what: string, cause?: unknown): DrydockError {
  return new DrydockError('input-invalid', `${what}.`, { cause });
}

import { type Digest, isDigest } from './digest.ts';
import { DrydockError } from './errors.ts';

/** A reference as FROM and COPY --from write it, in parts. Source: distribution/reference grammar. */
export interface ImageReference {
  /** Host with optional port, only when the text names one. */
  readonly registry?: string;
  /** Path without the registry, e.g. `library/debian` or `debian`. */
  readonly repository: string;
  readonly tag?: string;
  readonly digest?: Digest;
}

const COMPONENT = /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*$/;
const REGISTRY =
  /^(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?)(?:\.(?:[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?))*(?::[0-9]{1,5})?$/;
const TAG = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/;

/** Names that Buildah takes for a transport, which reads the host. `docker:27` is an image of Docker Hub all the same. */
const TRANSPORTS = new Set([
  'containers-storage',
  'dir',
  'docker-archive',
  'docker-daemon',
  'oci',
  'oci-archive',
  'ostree',
  'sif',
]);

/**
 * Reads `[registry/]repository[:tag][@digest]`. Transports (`docker-archive:…`) are refused: they read host paths.
 * Throws `input-invalid`.
 */
export function parseImageReference(text: string): ImageReference {
  if (text.length === 0 || text.length > 512)
    throw notAReference(text, 'its length is not between 1 and 512');
  const [beforeDigest = '', digest, ...more] = text.split('@');
  if (more.length > 0) throw notAReference(text, 'it has more than one @');
  if (digest !== undefined && !isDigest(digest))
    throw notAReference(text, 'its digest is not sha256 with 64 hex digits');
  if (TRANSPORTS.has(beforeDigest.split(':')[0] ?? '')) throw notAReference(text, 'it names a transport');
  const colon = beforeDigest.indexOf(':', beforeDigest.lastIndexOf('/') + 1);
  const tag = colon < 0 ? undefined : beforeDigest.slice(colon + 1);
  if (tag !== undefined && !TAG.test(tag)) throw notAReference(text, 'its tag is not valid');
  return {
    ...parseName(text, colon < 0 ? beforeDigest : beforeDigest.slice(0, colon)),
    ...(tag === undefined ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  };
}

function parseName(text: string, name: string): Pick<ImageReference, 'registry' | 'repository'> {
  const parts = name.split('/');
  const first = parts[0] ?? '';
  const hasRegistry = parts.length > 1 && (/[.:]/.test(first) || first === 'localhost');
  if (hasRegistry && !REGISTRY.test(first)) throw notAReference(text, 'its registry is not a host name');
  const path = hasRegistry ? parts.slice(1) : parts;
  if (!path.every((part) => COMPONENT.test(part))) throw notAReference(text, 'its name is not valid');
  return { ...(hasRegistry ? { registry: first } : {}), repository: path.join('/') };
}

function notAReference(text: string, why: string): DrydockError {
  const got = JSON.stringify(text.slice(0, 120));
  return new DrydockError(
    'input-invalid',
    `An image reference like debian:12 was expected, got ${got}: ${why}.`,
  );
}

/** Writes a reference as it was read. `formatImageReference(parseImageReference(x)) === x`. */
export function formatImageReference(reference: ImageReference): string {
  const { registry, repository, tag, digest } = reference;
  return `${registry === undefined ? '' : `${registry}/`}${repository}${tag === undefined ? '' : `:${tag}`}${digest === undefined ? '' : `@${digest}`}`;
}

/**
 * The one spelling under which equal references compare equal: Docker Hub's names are completed
 * (`debian` → `docker.io/library/debian:latest`); a digest makes the tag irrelevant.
 */
export function canonicalImageName(reference: ImageReference): string {
  const registry =
    reference.registry === undefined || reference.registry === 'index.docker.io'
      ? 'docker.io'
      : reference.registry;
  const repository =
    registry === 'docker.io' && !reference.repository.includes('/')
      ? `library/${reference.repository}`
      : reference.repository;
  return `${registry}/${repository}${reference.digest === undefined ? `:${reference.tag ?? 'latest'}` : `@${reference.digest}`}`;
}

import { DrydockError } from '../../core/errors.ts';

/** Docker keeps bases under this, each under its own name in an alphabet that Docker takes. */
export const BASE_PREFIX = 'drydock-base/';
const TAG = ':latest';
const MAX_REPOSITORY_LENGTH = 255;

/**
 * The tag under which Docker holds a base: `docker.io/library/debian:12` is `drydock-base/docker_2eio/library/debian_3a12`.
 * What is not a small letter, a digit or a slash is written as `_` and two hex digits. Throws `input-invalid`.
 */
export function baseTag(name: string): string {
  const escaped = name.replaceAll(
    /[^a-z0-9/]/g,
    (character) => `_${character.charCodeAt(0).toString(16).padStart(2, '0')}`,
  );
  const repository = BASE_PREFIX + escaped;
  if (!/^[\x21-\x7e]+$/.test(name) || repository.length > MAX_REPOSITORY_LENGTH)
    throw new DrydockError(
      'input-invalid',
      `A name of a base image in ASCII, of at most about 200 characters, was expected, got ${JSON.stringify(name.slice(0, 120))}.`,
    );
  return repository + TAG;
}

/** The name of the base that Docker holds under `tag`, or undefined when the tag is none of ours. */
export function baseNameOf(tag: string): string | undefined {
  if (!tag.startsWith(BASE_PREFIX) || !tag.endsWith(TAG)) return undefined;
  return tag
    .slice(BASE_PREFIX.length, -TAG.length)
    .replaceAll(/_([0-9a-f]{2})/g, (_match, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

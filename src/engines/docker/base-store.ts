import { createReadStream } from 'node:fs';
import { type Digest, parseDigest } from '../../core/digest.ts';
import { DrydockError } from '../../core/errors.ts';
import { parseImageReference } from '../../core/image-reference.ts';
import type { BaseImage, BaseStore } from '../../core/ports.ts';
import type { DockerApi } from './api.ts';
import { BASE_PREFIX, baseNameOf, baseTag } from './base-name.ts';
import { listOf, numberOf, textOf, textsOf } from './json-fields.ts';
import { readJsonLines } from './json-lines.ts';
import { ORIGIN_LABEL } from './marks.ts';

const TRANSFER_TIMEOUT_MS = 30 * 60_000;

/** Base images, held by Docker itself under `drydock-base/…`, so that all processes see the same ones. */
export function createDockerBaseStore(api: DockerApi): BaseStore {
  const inspect = async (tag: string): Promise<BaseImage | undefined> => {
    const name = baseNameOf(tag);
    const answer = await api.must({ method: 'GET', path: `/images/${tag}/json` }, [404]);
    return name === undefined || answer.status === 404 ? undefined : baseOf(name, answer.body);
  };

  const mustFind = async (tag: string): Promise<BaseImage> => {
    const base = await inspect(tag);
    if (base !== undefined) return base;
    throw new DrydockError('engine-failed', `Docker was expected to hold ${tag} by now, it does not.`);
  };

  return {
    async list() {
      const { body } = await api.must({ method: 'GET', path: '/images/json' });
      const tags = listOf(body).flatMap((image) => textsOf(image, 'RepoTags'));
      const found = await Promise.all(tags.filter((tag) => baseNameOf(tag) !== undefined).map(inspect));
      return found.filter((base) => base !== undefined);
    },

    find: (name) => inspect(baseTag(name)),

    async importRootfs({ name, tarPath, origin, cmd, env }) {
      const tag = baseTag(name);
      const changes = [
        `CMD ${JSON.stringify(cmd)}`,
        ...env.map((pair) => `ENV ${quotePair(pair)}`),
        `LABEL ${ORIGIN_LABEL}=${JSON.stringify(origin)}`,
      ];
      const before = await inspect(tag);
      await importTar(api, { tag, tarPath, changes });
      const base = await mustFind(tag);
      // What is still built on stays until the sweep.
      if (before !== undefined && before.digest !== base.digest)
        await api.must({ method: 'DELETE', path: `/images/${before.digest}` }, [404, 409]);
      return base;
    },

    async pull({ reference, name }) {
      const tag = baseTag(name);
      await pullImage(api, reference);
      const [repo, tagName] = splitTag(tag);
      await api.must({ method: 'POST', path: `/images/${reference}/tag`, query: { repo, tag: tagName } });
      return mustFind(tag);
    },

    async remove(name) {
      const tag = baseTag(name);
      const image = await api.must({ method: 'GET', path: `/images/${tag}/json` }, [404]);
      if (image.status === 404) return false;
      await api.must({ method: 'DELETE', path: `/images/${tag}`, query: { force: '1' } }, [404]);
      const isOfOthersToo = textsOf(image.body, 'RepoTags').some((other) => other !== tag);
      if (isOfOthersToo) return true;
      for (const pulled of textsOf(image.body, 'RepoDigests'))
        await api.call({ method: 'DELETE', path: `/images/${pulled}` });
      return true;
    },
  };
}

async function pullImage(api: DockerApi, reference: string): Promise<void> {
  const { tag, digest } = parseImageReference(reference);
  const isExact = tag !== undefined || digest !== undefined;
  const answer = await api.open({
    method: 'POST',
    path: '/images/create',
    // Without a tag Docker would pull all that there are.
    query: isExact ? { fromImage: reference } : { fromImage: reference, tag: 'latest' },
    signal: AbortSignal.timeout(TRANSFER_TIMEOUT_MS),
  });
  const why = await firstError(answer);
  if (why === null) return;
  throw new DrydockError(
    'base-unavailable',
    `The base image ${reference} was to be pulled, Docker answered: ${why}. Check the name and the network, or build a base with \`drydock base build\`.`,
  );
}

interface ImportRequest {
  readonly tag: string;
  readonly tarPath: string;
  /** Instructions of a Dockerfile that only change the configuration. */
  readonly changes: readonly string[];
}

async function importTar(api: DockerApi, { tag, tarPath, changes }: ImportRequest): Promise<void> {
  const [repo, tagName] = splitTag(tag);
  const query = new URLSearchParams({ fromSrc: '-', repo, tag: tagName });
  for (const change of changes) query.append('changes', change);
  const answer = await api.open({
    method: 'POST',
    path: `/images/create?${query}`,
    body: createReadStream(tarPath),
    signal: AbortSignal.timeout(TRANSFER_TIMEOUT_MS),
  });
  const why = await firstError(answer);
  if (why !== null) throw new DrydockError('engine-failed', `Docker did not import ${tarPath}: ${why}.`);
}

/** What went wrong in an answer that tells its progress line by line, or null. */
async function firstError(
  answer: AsyncIterable<unknown> & { readonly statusCode?: number | undefined },
): Promise<string | null> {
  let why: string | null = null;
  for await (const line of readJsonLines(answer)) {
    const said = textOf(line, 'error') || ((answer.statusCode ?? 0) >= 400 ? textOf(line, 'message') : '');
    if (said !== '') why ??= said.replaceAll('\n', ' ');
  }
  return why ?? ((answer.statusCode ?? 0) >= 400 ? `status ${answer.statusCode}` : null);
}

function splitTag(tag: string): readonly [string, string] {
  const at = tag.lastIndexOf(':');
  return [tag.slice(0, at), tag.slice(at + 1)];
}

/** `A=b c` as ENV wants it, with nothing in it expanded. */
function quotePair(pair: string): string {
  const at = pair.indexOf('=');
  const value = pair.slice(at + 1).replaceAll(/["\\$]/g, (character) => `\\${character}`);
  return `${pair.slice(0, at)}="${value}"`;
}

function baseOf(name: string, image: unknown): BaseImage {
  const digest: Digest = parseDigest(textOf(image, 'Id'));
  const [pulledFrom] = textsOf(image, 'RepoDigests').filter((known) => !known.startsWith(BASE_PREFIX));
  const origin = textOf(image, 'Config', 'Labels', ORIGIN_LABEL);
  return {
    name,
    digest,
    // By id: a tag could be moved between the decision and the build.
    address: digest,
    // What was pulled may bear the label of another Drydock that made it.
    origin: pulledFrom === undefined && origin !== '' ? origin : `registry ${pulledFrom ?? name}`,
    createdAt: textOf(image, 'Created'),
    sizeBytes: numberOf(image, 'Size'),
    onBuild: textsOf(image, 'Config', 'OnBuild'),
  };
}

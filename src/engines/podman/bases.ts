import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { type Digest, isDigest, parseDigest } from '../../core/digest.ts';
import { DrydockError } from '../../core/errors.ts';
import { parseImageReference } from '../../core/image-reference.ts';
import type { BaseImage, BaseStore } from '../../core/ports.ts';
import { createBaseCatalogue } from './base-catalogue.ts';
import type { Cell } from './cell.ts';
import type { Host } from './host.ts';
import { findImage } from './images.ts';
import { CELL, CELL_FOLDERS, REGISTRIES_CONF, storageArgs } from './podman-args.ts';
import { type CommandResult, runPodman } from './podman-command.ts';

const IMPORT_TIMEOUT_MS = 10 * 60_000;
const REPOSITORY = 'localhost/drydock-base';

export interface PodmanBaseStore extends BaseStore {
  /** Removes images that no base names any more. Only when no space may still be built on them. */
  prune(): Promise<readonly string[]>;
}

/** Base images in a store of their own, which spaces see read-only. */
export function createBaseStore(host: Host): PodmanBaseStore {
  const catalogue = createBaseCatalogue(join(host.folder, 'bases.json'));
  return {
    list: () => catalogue.read(),
    find: async (name) => (await catalogue.read()).find((base) => base.name === name),
    async importRootfs({ name, tarPath, origin, cmd, env }) {
      const changes = [`CMD ${JSON.stringify(cmd)}`, ...env.map(toEnvInstruction)];
      const args = ['import', '--quiet', ...changes.flatMap((change) => ['--change', change]), '-'];
      const base = await withStore({ host, network: 'own' }, async (podman, cell) => {
        const digest = parseDigest(printed(await podman(args, createReadStream(tarPath))));
        return await describe({ podman, cell }, { name, digest, origin });
      });
      await catalogue.put(base);
      return base;
    },
    async pull({ reference, name, tlsVerify }) {
      parseImageReference(reference);
      const args = ['pull', '--quiet', `--tls-verify=${tlsVerify}`, `docker://${reference}`];
      const base = await withStore({ host, network: 'host' }, async (podman, cell) => {
        const { exitCode, stdout, stderr } = await podman(args);
        if (exitCode !== 0)
          throw new DrydockError(
            'base-unavailable',
            `${reference} could not be pulled: ${stderr.trim().slice(0, 500)}`,
          );
        return await describe(
          { podman, cell },
          { name, digest: parseDigest(stdout), origin: `registry ${reference}` },
        );
      });
      await catalogue.put(base);
      return base;
    },
    remove: (name) => catalogue.remove(name),
    async prune() {
      const kept = new Set((await catalogue.read()).map((base) => base.digest));
      return await withStore({ host, network: 'own' }, async (podman) => {
        const all = printed(await podman(['images', '--all', '--no-trunc', '--quiet'])).split('\n');
        const stale = [...new Set(all)].filter((line) => isDigest(line) && !kept.has(line));
        for (const digest of stale) printed(await podman(['rmi', '--force', digest]));
        return stale.map((digest) => `base image ${digest}`);
      });
    },
  };
}

type Podman = (args: readonly string[], input?: AsyncIterable<Buffer>) => Promise<CommandResult>;

/** Works on the base store in a cell that may write it. */
async function withStore<T>(
  { host, network }: { readonly host: Host; readonly network: 'own' | 'host' },
  work: (podman: Podman, cell: Cell) => Promise<T>,
): Promise<T> {
  const cell = await host.startCell(null, network);
  try {
    await cell.makeFolders([...CELL_FOLDERS, CELL.basesTemporary]);
    await cell.write(CELL.registries, REGISTRIES_CONF);
    return await work(
      (args, input) =>
        runPodman({
          cell,
          account: host.account,
          args: [...storageArgs('bases'), ...args],
          timeoutMs: IMPORT_TIMEOUT_MS,
          temporaryFolder: CELL.basesTemporary,
          ...(input === undefined ? {} : { input }),
        }),
      cell,
    );
  } finally {
    await cell[Symbol.asyncDispose]();
  }
}

function printed({ exitCode, stdout, stderr }: CommandResult): string {
  if (exitCode === 0) return stdout.trim();
  throw new DrydockError(
    'engine-failed',
    `The base store could not be changed (${exitCode}): ${stderr.trim().slice(0, 500)}`,
  );
}

/** Names the image by its content and says what it is. */
async function describe(
  { podman, cell }: { readonly podman: Podman; readonly cell: Cell },
  given: { readonly name: string; readonly digest: Digest; readonly origin: string },
): Promise<BaseImage> {
  const address = addressOf(given.digest);
  printed(await podman(['tag', given.digest, address]));
  const { sizeBytes, config } = await findImage(cell, given.digest);
  return { ...given, address, createdAt: new Date().toISOString(), sizeBytes, onBuild: config.onBuild };
}

/** A name that only this content has: what a Dockerfile is rewritten to. No registry answers to `localhost/`. */
function addressOf(digest: Digest): string {
  return `${REPOSITORY}:${digest.slice('sha256:'.length)}`;
}

function toEnvInstruction(pair: string): string {
  const at = pair.indexOf('=');
  const name = pair.slice(0, at);
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new DrydockError(
      'input-invalid',
      `A variable was expected as NAME=value, got ${JSON.stringify(pair)}.`,
    );
  return `ENV ${name}=${JSON.stringify(pair.slice(at + 1)).replaceAll('$', '\\$')}`;
}

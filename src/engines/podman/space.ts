import { chown, mkdir, readdir, readFile, rmdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Digest } from '../../core/digest.ts';
import { DrydockError } from '../../core/errors.ts';
import type { EngineSpace } from '../../core/ports.ts';
import { createBuilder } from './builder.ts';
import type { Cell } from './cell.ts';
import type { Host } from './host.ts';
import { createImageStore } from './images.ts';
import { CELL, CELL_FOLDERS, engineEnv } from './podman-args.ts';
import { createRunner } from './runner.ts';

/** What the steps of one space share. */
export interface SpaceContext {
  readonly id: string;
  readonly host: Host;
  /** A fresh cell around the space. Whoever takes it disposes of it. */
  takeCell(): Promise<Cell>;
  /** Why an image of the space must not be started, or null; filled by the step that looked. */
  readonly dangers: Map<Digest, string | null>;
}

/** Opens the space `id` in its folder below `<engineDir>/spaces`. Throws `conflict` when it is open already. */
export async function openPodmanSpace(host: Host, id: string): Promise<EngineSpace> {
  if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(id))
    throw new DrydockError(
      'input-invalid',
      `A space's id was expected to be letters, digits, _ and -, got ${id}.`,
    );
  const folder = spaceFolder(host, id);
  await makeSpaceFolder(host, id);
  let spare: Promise<Cell> | undefined = prepareCell(host, folder);
  const context: SpaceContext = {
    id,
    host,
    dangers: new Map(),
    async takeCell() {
      const taken = spare ?? prepareCell(host, folder);
      spare = undefined;
      const cell = await taken;
      spare = prepareCell(host, folder);
      return cell;
    },
  };
  const open = new Set<Cell>();
  const tracked: SpaceContext = {
    ...context,
    async takeCell() {
      const cell = await context.takeCell();
      open.add(cell);
      void cell.dead.then(() => open.delete(cell));
      return cell;
    },
  };
  return {
    builder: createBuilder(tracked),
    images: createImageStore(tracked),
    runner: createRunner(tracked),
    async [Symbol.asyncDispose]() {
      await Promise.all([...open].map((cell) => cell[Symbol.asyncDispose]()));
      const last = spare;
      spare = undefined;
      await removeSpace(host, id, last);
    },
  };
}

export function spaceFolder(host: Host, id: string): string {
  return join(host.folder, 'spaces', id);
}

/** The file that says which process a space belongs to. It lies beside the space, out of reach of what runs in it. */
function ownerFile(host: Host, id: string): string {
  return join(host.folder, 'spaces', `${id}.owner`);
}

async function makeSpaceFolder(host: Host, id: string): Promise<void> {
  const folder = spaceFolder(host, id);
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (cause) {
    throw new DrydockError('conflict', `The space ${id} was expected to be new, but it cannot be made.`, {
      cause,
    });
  }
  await writeFile(ownerFile(host, id), `${process.pid} ${await startTime(process.pid)}\n`);
  if (process.getuid?.() === 0) await chown(folder, host.account.uid, host.account.gid);
}

/** Starts a cell and lays out its folders; nothing hostile is in it yet. */
function prepareCell(host: Host, folder: string): Promise<Cell> {
  const cell = startPrepared(host, folder);
  // Whoever takes the cell hears of the failure.
  cell.catch(() => undefined);
  return cell;
}

async function startPrepared(host: Host, folder: string): Promise<Cell> {
  const cell = await host.startCell(folder);
  try {
    await cell.makeFolders(CELL_FOLDERS);
    return cell;
  } catch (error) {
    await cell[Symbol.asyncDispose]();
    throw error;
  }
}

/**
 * Removes a space and all that is in it. The files belong to ids that only a cell maps, and are removed in one: a link
 * among them can lead nowhere.
 */
export async function removeSpace(host: Host, id: string, spare?: Promise<Cell>): Promise<void> {
  const folder = spaceFolder(host, id);
  const cell = await (spare ?? host.startCell(folder)).catch(() => host.startCell(folder));
  try {
    const { exitCode } = await cell.spawn({
      command: 'find',
      args: [CELL.space, '-xdev', '-mindepth', '1', '-delete'],
      env: engineEnv(host.account),
      maxOutputBytes: 64 * 1024,
      onOutput: () => undefined,
      onOutputExceeded: () => undefined,
    });
    if (exitCode !== 0)
      throw new DrydockError(
        'engine-failed',
        `The files of the space ${id} could not be removed (${exitCode}).`,
      );
  } finally {
    await cell[Symbol.asyncDispose]();
  }
  await rmdir(folder);
  await unlink(ownerFile(host, id)).catch(() => undefined);
}

/** The spaces that are on disk, and whether the process that opened each still lives. */
export async function listSpaces(
  host: Host,
): Promise<readonly { readonly id: string; readonly owner: 'self' | 'alive' | 'dead' }[]> {
  const entries = await readdir(join(host.folder, 'spaces'), { withFileTypes: true });
  const ids = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return await Promise.all(
    ids.map(async (id) => {
      const text = await readFile(ownerFile(host, id), 'utf8').catch(() => '');
      const [pid = '', started = ''] = text.trim().split(' ');
      const isAlive = started !== '' && (await startTime(Number(pid))) === started;
      return { id, owner: !isAlive ? 'dead' : Number(pid) === process.pid ? 'self' : 'alive' } as const;
    }),
  );
}

/** When a process was started, in clock ticks since boot: with the id, its name for ever. Empty when there is none. */
async function startTime(pid: number): Promise<string> {
  const text = await readFile(`/proc/${pid}/stat`, 'latin1').catch(() => '');
  return text.slice(text.lastIndexOf(')') + 2).split(' ')[19] ?? '';
}

import { createWriteStream } from 'node:fs';
import { chmod, chown, mkdir, mkdtemp, rm, rmdir, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { digestOf } from '../../core/digest.ts';
import { DrydockError } from '../../core/errors.ts';
import { exec, spawnChild } from '../exec.ts';
import { createLineSplitter } from '../line-splitter.ts';
import { SYSTEM_PATH } from '../programs.ts';
import { type DebianMirrors, readArchiveState, sourcesList, suitesOf } from './debian-archive.ts';
import { assertRecipe, type DebianRecipe, describeRecipe, recipeKey } from './recipes.ts';
import type { Making, RootfsMaker } from './rootfs.ts';
import { findStaleFolders } from './stale-folders.ts';

const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
const TIMEOUT_MS = 15 * 60_000;
const MAX_TAR_BYTES = 8 * 1024 ** 3;
const PREFIX = 'drydock-rootfs-';
/** Raised when what is made changes although the inputs do not. */
const FORMAT = 2;

/** As Debian's slim images do: licences stay, what people read does not. It holds for packages added later, too. */
const DPKG_OPTIONS: readonly string[] = [
  'path-exclude=/usr/share/doc/*',
  'path-include=/usr/share/doc/*/copyright',
  ...['man', 'info', 'locale', 'groff', 'lintian', 'linda'].map((it) => `path-exclude=/usr/share/${it}/*`),
];

/** What would differ from one building machine to the next. */
const CLEAN_UP =
  'rm -f "$1/etc/hostname" "$1/etc/resolv.conf" "$1"/var/cache/debconf/*-old "$1"/var/log/apt/* "$1"/var/log/*.log';

interface Account {
  readonly uid: number;
  readonly gid: number;
}

export interface DebianMakerDeps {
  readonly findMirrors: () => Promise<DebianMirrors>;
  /** Whom packages' scripts run as, mapped so that their root is nobody here. Null: the user of this process. */
  readonly account: Account | null;
  /** A folder that everybody may enter, on a disk with a gigabyte to spare. */
  readonly workDir: string;
  /** Proxy variables for apt; nothing else of the environment is handed on. */
  readonly proxies: Readonly<Record<string, string>>;
}

/** Debian root filesystems from packages that Debian has signed, by mmdebstrap in a user namespace. */
export function createDebianMaker(deps: DebianMakerDeps): RootfsMaker<DebianRecipe> {
  return {
    async inspect(recipe, { signal }) {
      assertRecipe(recipe);
      const suites = suitesOf(recipe, await deps.findMirrors());
      const { digests, epochSeconds } = await readArchiveState(suites, signal);
      const digest = digestOf(JSON.stringify([FORMAT, recipeKey(recipe), sourcesList(suites), digests]));
      return { recipe, digest, origin: describeRecipe(recipe), epochSeconds };
    },
    async make({ recipe, inputs, tarPath, signal, onLine }) {
      assertRecipe(recipe);
      const suites = suitesOf(recipe, await deps.findMirrors());
      const { account } = deps;
      const work = await openWorkFolder(deps.workDir, account);
      try {
        await writeFile(work.sources, sourcesList(suites), { mode: 0o644 });
        await chmod(work.sources, 0o644);
        await runMmdebstrap({
          args: [
            `--mode=${needsNoMap(account) ? 'root' : 'unshare'}`,
            ...mmdebstrapArgs(recipe),
            ...[recipe.suite, '-', work.sources],
          ],
          env: {
            ...deps.proxies,
            ...{ PATH: SYSTEM_PATH, HOME: work.chroots, TMPDIR: work.chroots, LC_ALL: 'C.UTF-8' },
            SOURCE_DATE_EPOCH: String(inputs.epochSeconds),
          },
          account,
          tarPath,
          making: { signal, onLine },
        });
      } finally {
        await closeWorkFolder(work, account);
      }
    },
  };
}

interface WorkFolder {
  /** Ours; everybody may enter it. */
  readonly folder: string;
  readonly sources: string;
  /** The account's. */
  readonly chroots: string;
}

/** Modes are set apart from making, so that a strict umask of the operator's does not lock the account out. */
async function openWorkFolder(parent: string, account: Account | null): Promise<WorkFolder> {
  for (const stale of await findStaleFolders(parent, PREFIX))
    await closeWorkFolder(workFolderIn(stale), account);
  const work = workFolderIn(await mkdtemp(join(parent, PREFIX)));
  const { folder, chroots } = work;
  await mkdir(chroots);
  for (const path of [folder, chroots]) await chmod(path, 0o755);
  if (account !== null) await chown(chroots, account.uid, account.gid);
  return work;
}

function workFolderIn(folder: string): WorkFolder {
  return { folder, sources: join(folder, 'sources.list'), chroots: join(folder, 'chroots') };
}

function mmdebstrapArgs(recipe: DebianRecipe): readonly string[] {
  return [
    '--format=tar',
    `--variant=${recipe.variant}`,
    // Without it the package usrmerge comes along, and with it all of Perl: 40 MB that no slim image has.
    '--hook-dir=/usr/share/mmdebstrap/hooks/maybe-merged-usr',
    `--keyring=${KEYRING}`,
    ...(recipe.include.length === 0 ? [] : [`--include=${recipe.include.join(',')}`]),
    '--aptopt=Acquire::Languages "none"',
    '--aptopt=Acquire::Retries "3"',
    ...DPKG_OPTIONS.map((option) => `--dpkgopt=${option}`),
    // Device nodes cannot be unpacked by an engine without root, and every engine mounts a /dev of its own.
    '--skip=output/dev,check/qemu',
    `--customize-hook=${CLEAN_UP}`,
  ];
}

interface MmdebstrapRun {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly account: Account | null;
  readonly tarPath: string;
  readonly making: Making;
}

/** The archive comes through a pipe, so that no file of the account's is ever opened by its path. */
async function runMmdebstrap({ args, env, account, tarPath, making }: MmdebstrapRun): Promise<void> {
  const signal = AbortSignal.any([making.signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const child = await spawnChild({ command: 'mmdebstrap', args, env, ...account });
  const stop = (): void => child.kill();
  signal.addEventListener('abort', stop, { once: true });
  const lastLines: string[] = [];
  const splitter = createLineSplitter((line) => {
    if (lastLines.push(line) > 12) lastLines.shift();
    making.onLine(line);
  });
  child.stderr.on('data', (chunk: Buffer) => splitter.push(chunk));
  child.stdin.end();
  try {
    await pipeline(child.stdout, limitBytes(MAX_TAR_BYTES), createWriteStream(tarPath, { flags: 'wx' }), {
      signal,
    });
    const { exitCode } = await child.ended;
    splitter.end();
    if (exitCode !== 0) throw new Error(`it ended with status ${exitCode}`);
  } catch (cause) {
    await rm(tarPath, { force: true });
    making.signal.throwIfAborted();
    throw new DrydockError(
      'base-unavailable',
      `mmdebstrap was expected to build a root filesystem, but ${cause instanceof Error ? cause.message : String(cause)}. Its last lines: ${lastLines.join(' | ') || 'none'}`,
      { cause },
    );
  } finally {
    signal.removeEventListener('abort', stop);
    child.kill();
  }
}

function limitBytes(maxBytes: number): Transform {
  let sizeBytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      sizeBytes += chunk.length;
      if (sizeBytes > maxBytes) done(new Error(`its archive is larger than ${maxBytes} bytes`));
      else done(null, chunk);
    },
  });
}

function needsNoMap(account: Account | null): boolean {
  return account === null && process.getuid?.() === 0;
}

/**
 * What a killed mmdebstrap leaves belongs to mapped ids, which only a user namespace with the same map may remove;
 * done as root from outside, it would follow whatever links the account puts there meanwhile.
 */
async function closeWorkFolder(work: WorkFolder, account: Account | null): Promise<void> {
  const { folder, sources, chroots } = work;
  const remove = ['rm', '-rf', '--', chroots];
  const [command = '', ...args] = needsNoMap(account)
    ? remove
    : ['unshare', '--user', '--map-auto', '--map-root-user', '--', ...remove];
  // The last rmdir is refused where the folder around it is root's, so the exit status says nothing.
  await exec({
    command,
    args,
    env: { PATH: SYSTEM_PATH },
    timeoutMs: 60_000,
    maxOutputBytes: 100_000,
    ...account,
  });
  await rmdir(chroots).catch(() => undefined);
  await unlink(sources).catch(() => undefined);
  await rmdir(folder).catch(() => undefined);
}

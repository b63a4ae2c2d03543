import { createWriteStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import { digestOf } from '../../core/digest.ts';
import { DrydockError } from '../../core/errors.ts';
import { exec } from '../exec.ts';
import { SYSTEM_PATH } from '../programs.ts';
import type { BusyboxRecipe } from './recipes.ts';
import type { RootfsMaker } from './rootfs.ts';

const BUSYBOX = '/bin/busybox';
const PACKAGE = 'busybox-static';
/** 2021-01-01: no input bears a date, and a fixed one makes equal inputs give an equal image. */
const EPOCH_SECONDS = 1_609_459_200;

const FOLDERS: readonly (readonly [path: string, mode: number])[] = [
  ...['bin', 'dev', 'etc', 'home', 'proc', 'sys', 'usr', 'usr/bin', 'var'].map(
    (path) => [path, 0o755] as const,
  ),
  ...['var/lib', 'var/lib/dpkg', 'var/lib/dpkg/status.d'].map((path) => [path, 0o755] as const),
  ['root', 0o700],
  ['tmp', 0o1777],
];

const PASSWD = 'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534:nobody:/home:/bin/false\n';
const GROUP = 'root:x:0:\nnogroup:x:65534:\n';

/**
 * A root filesystem of this machine's static busybox and little else. It carries Debian's os-release and the
 * package's entry in `/var/lib/dpkg/status.d`, so that a scan knows what is inside.
 */
export function createBusyboxMaker(): RootfsMaker<BusyboxRecipe> {
  return {
    async inspect(recipe) {
      const [program, entry, release] = await Promise.all([readProgram(), readPackageEntry(), readRelease()]);
      const version = /^Version: (.+)$/m.exec(entry)?.[1] ?? 'of unknown version';
      return {
        recipe,
        digest: digestOf(JSON.stringify([digestOf(program), entry, release])),
        origin: `built from Debian's ${PACKAGE} ${version}`,
        epochSeconds: EPOCH_SECONDS,
      };
    },
    async make({ tarPath, signal }) {
      const [program, entry, release, applets] = await Promise.all([
        readProgram(),
        readPackageEntry(),
        readRelease(),
        askBusybox(['--list']),
      ]);
      const archive = pack();
      const mtime = new Date(EPOCH_SECONDS * 1000);
      for (const [name, mode] of FOLDERS) archive.entry({ name: `${name}/`, type: 'directory', mode, mtime });
      archive.entry({ name: 'bin/busybox', mode: 0o755, mtime }, program);
      for (const applet of applets.split('\n'))
        if (/^[a-z0-9[_.+-]+$/.test(applet) && applet !== 'busybox')
          archive.entry({ name: `bin/${applet}`, type: 'symlink', linkname: 'busybox', mtime });
      archive.entry({ name: 'usr/bin/env', type: 'symlink', linkname: '../../bin/busybox', mtime });
      archive.entry({ name: 'etc/passwd', mode: 0o644, mtime }, PASSWD);
      archive.entry({ name: 'etc/group', mode: 0o644, mtime }, GROUP);
      archive.entry({ name: 'etc/os-release', mode: 0o644, mtime }, release);
      archive.entry({ name: `var/lib/dpkg/status.d/${PACKAGE}`, mode: 0o644, mtime }, entry);
      archive.finalize();
      await pipeline(archive, createWriteStream(tarPath, { flags: 'wx' }), { signal });
    },
  };
}

async function readProgram(): Promise<Uint8Array> {
  const program = await readFile(BUSYBOX).catch((cause: unknown) => {
    throw missing(`${BUSYBOX} was expected`, { cause });
  });
  // The path of the dynamic loader is in every program that needs one, and an image of one file has none.
  if (program.includes('/ld-linux') || program.includes('/ld-musl'))
    throw missing(`${BUSYBOX} was expected to be static, but it needs a dynamic loader`);
  return program;
}

/** The package's own paragraph; without dpkg there is none, and a scan will say that it found no packages. */
async function readPackageEntry(): Promise<string> {
  const result = await exec({
    command: 'dpkg-query',
    args: ['--status', PACKAGE],
    env: { PATH: SYSTEM_PATH, LC_ALL: 'C.UTF-8' },
    timeoutMs: 10_000,
    maxOutputBytes: 100_000,
  }).catch(() => undefined);
  return result?.status === 'exited' && result.exitCode === 0 ? result.stdout : '';
}

function readRelease(): Promise<string> {
  return readFile('/etc/os-release', 'utf8').catch(() => '');
}

async function askBusybox(args: readonly string[]): Promise<string> {
  const result = await exec({
    command: BUSYBOX,
    args,
    env: { PATH: SYSTEM_PATH },
    timeoutMs: 10_000,
    maxOutputBytes: 100_000,
  });
  if (result.status === 'exited' && result.exitCode === 0) return result.stdout;
  throw missing(`busybox ${args.join(' ')} was expected to work, but it ${result.status}`);
}

function missing(what: string, options?: ErrorOptions): DrydockError {
  return new DrydockError(
    'tool-missing',
    `${what}. On Debian: apt-get install ${PACKAGE}; or run script/bootstrap.`,
    options,
  );
}

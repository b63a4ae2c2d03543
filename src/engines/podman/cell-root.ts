import {
  closeSync,
  lstatSync,
  mkdirSync,
  openSync,
  readlinkSync,
  realpathSync,
  rmdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type { AgentSetup } from './protocol.ts';

/** Runs a program to its end with these descriptors as 3, 4, …; throws when it fails. */
export type RunProgram = (command: string, args: readonly string[], inherit: readonly number[]) => void;

/** Top folders that are a link or a folder, by distribution. */
const SYSTEM_FOLDERS = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];
const DEVICES = ['null', 'zero', 'full', 'random', 'urandom', 'tty'];
/** Where the new root is put together; what lies there is reached by descriptors that were opened before. */
const NEW_ROOT = '/tmp';

/**
 * Puts this process, pid 1 of a fresh mount namespace, into a root that holds the system's programs, /etc, the space
 * and the bases, and nothing else of the host: no home, no other job, no socket. Throws when any part of that fails.
 */
export function enterCellRoot(setup: AgentSetup, run: RunProgram): void {
  const binds = collectBinds(setup);
  const opened: number[] = [];
  const sources = binds.map(({ from, kind }) =>
    kind === 'device' ? from : `/proc/self/fd/${opened.push(openSync(from, 'r')) + 2}`,
  );
  run('mount', ['-t', 'tmpfs', '-o', 'mode=755,size=64m', 'cell', NEW_ROOT], []);
  makeSkeleton(binds);
  const table = binds.map(
    ({ to, options }, index) => `${sources[index]} ${NEW_ROOT}${to} none ${options} 0 0`,
  );
  writeFileSync(`${NEW_ROOT}/etc-fstab`, `${table.join('\n')}\n`);
  run('mount', ['--no-canonicalize', '--all', '--fstab', `${NEW_ROOT}/etc-fstab`], opened);
  for (const fd of opened) closeSync(fd);
  run('pivot_root', [NEW_ROOT, `${NEW_ROOT}/old`], []);
  process.chdir('/');
  run('umount', ['--lazy', '/old'], []);
  rmdirSync('/old');
}

interface Bind {
  readonly from: string;
  readonly to: string;
  readonly kind: 'folder' | 'file' | 'device';
  readonly options: string;
}

function collectBinds(setup: AgentSetup): readonly Bind[] {
  const folder = (from: string, to = from, options = 'rbind'): Bind => ({
    from,
    to,
    kind: 'folder',
    options,
  });
  const single = (path: string, kind: 'file' | 'device'): Bind => ({
    from: path,
    to: path,
    kind,
    options: 'bind',
  });
  return [
    folder('/usr'),
    folder('/etc'),
    folder('/sys'),
    folder('/proc'),
    ...SYSTEM_FOLDERS.map((name) => `/${name}`)
      .filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true)
      .map((path) => folder(path)),
    ...DEVICES.map((name) => single(`/dev/${name}`, 'device')),
    ...[...setup.programs, ...resolverFile()]
      .filter((path) => !path.startsWith('/usr/'))
      .map((path) => single(path, 'file')),
    ...(setup.space === null ? [] : [folder(setup.space, '/space')]),
    folder(setup.bases, '/bases', setup.areBasesWritable ? 'rbind' : 'rbind,ro'),
  ];
}

/** /etc/resolv.conf is a link into /run on many hosts. */
function resolverFile(): readonly string[] {
  try {
    const path = realpathSync('/etc/resolv.conf');
    return path.startsWith('/run/') ? [path] : [];
  } catch {
    return [];
  }
}

function makeSkeleton(binds: readonly Bind[]): void {
  for (const path of ['/old', '/tmp', '/var/tmp', '/run', '/dev/shm', '/space', '/root'])
    mkdirSync(NEW_ROOT + path, { recursive: true });
  for (const { to, kind } of binds) {
    mkdirSync(NEW_ROOT + (kind === 'folder' ? to : dirname(to)), { recursive: true });
    if (kind !== 'folder') writeFileSync(NEW_ROOT + to, '');
  }
  for (const name of SYSTEM_FOLDERS)
    if (lstatSync(`/${name}`, { throwIfNoEntry: false })?.isSymbolicLink() === true)
      symlinkSync(readlinkSync(`/${name}`), `${NEW_ROOT}/${name}`);
  symlinkSync('/proc/self/fd', `${NEW_ROOT}/dev/fd`);
}

import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { pack } from 'tar-stream';
import type { BaseImage, BaseStore } from '../../src/core/ports.ts';

export const BASE_NAME = 'docker.io/library/drydock-test:latest';
/** Debian's package busybox-static. */
const BUSYBOX = '/bin/busybox';
const APPLETS =
  'awk cat chmod chown cp cut date dd df echo env false find grep head hostname id ip kill ln ls mkdir mkfifo mknod mount mv nc ping printf ps pwd rm seq setsid sh sleep sort stat sync tail test touch tr true truncate umount unshare vi wc wget yes';

/** Makes the tests' base image from the machine's static busybox, without any registry. */
export async function importTestBase(bases: BaseStore, name: string = BASE_NAME): Promise<BaseImage> {
  const folder = await mkdtemp(join(tmpdir(), 'drydock-base-'));
  try {
    const tarPath = join(folder, 'rootfs.tar');
    await writeTestRootfs(tarPath);
    return await bases.importRootfs({
      name,
      tarPath,
      origin: 'the tests, of busybox-static',
      cmd: ['sh'],
      env: ['PATH=/bin'],
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Writes a root filesystem with a shell and little else as a plain tar. */
export async function writeTestRootfs(tarPath: string): Promise<void> {
  const tar = pack();
  const written = pipeline(tar, createWriteStream(tarPath));
  for (const folder of ['bin', 'data', 'dev', 'etc', 'home', 'proc', 'root', 'sys', 'var'])
    tar.entry({ name: folder, type: 'directory', mode: 0o755 });
  tar.entry({ name: 'tmp', type: 'directory', mode: 0o1777 });
  tar.entry({ name: 'bin/busybox', mode: 0o755 }, await readFile(BUSYBOX));
  for (const applet of APPLETS.split(' '))
    tar.entry({ name: `bin/${applet}`, type: 'symlink', linkname: 'busybox' });
  tar.entry(
    { name: 'etc/passwd', mode: 0o644 },
    'root:x:0:0:root:/root:/bin/sh\nnobody:x:65534:65534::/:/bin/sh\n',
  );
  tar.entry({ name: 'etc/group', mode: 0o644 }, 'root:x:0:\nnogroup:x:65534:\n');
  tar.entry({ name: 'etc/os-release', mode: 0o644 }, 'ID=drydock-test\nVERSION_ID=1\n');
  tar.finalize();
  await written;
}

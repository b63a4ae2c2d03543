import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { isOciLayout, openArchive } from '../../src/image/open-archive.ts';
import { takeInventory } from '../../src/inventory/take-inventory.ts';
import { packTar } from '../support/image-archive.ts';

const isRoot = process.getuid?.() === 0;
const skip = !isRoot
  ? 'only root has a store of its own without more ado'
  : spawnSync('podman', ['--version']).status !== 0 && 'no podman';

suite('archives that Podman itself saves', { skip }, () => {
  let folder: string;
  let options: readonly string[];

  const podman = (...argv: readonly string[]): string =>
    execFileSync('podman', [...options, ...argv], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drydock-saved-'));
    options = [`--root=${folder}/store`, `--runroot=${folder}/run`, '--storage-driver=vfs'];
    const root = await packTar([
      ['etc/os-release', '', { type: 'symlink', linkname: '../usr/lib/os-release' }],
      ['usr/lib/os-release', 'ID=debian\nVERSION_ID="12"\n'],
      [
        'var/lib/dpkg/status',
        'Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2.15-2\n\n',
      ],
    ]);
    await writeFile(join(folder, 'root.tar'), root);
    const change = ['--change=USER 65532', '--change=CMD ["/bin/bash"]', '--change=ENV A="b c"'];
    podman('import', '--quiet', ...change, join(folder, 'root.tar'), 'localhost/drydock-test:1');
  });
  after(async () => {
    podman('rmi', '--all', '--force');
    await rm(folder, { recursive: true });
  });

  for (const format of ['docker-archive', 'oci-archive', 'oci-dir'])
    test(`${format} is read as Podman says that it is`, async () => {
      const path = join(folder, format);
      podman('save', '--quiet', `--format=${format}`, `--output=${path}`, 'localhost/drydock-test:1');

      await using archive = await openArchive(path);
      const { status, packages } = await takeInventory(archive.files);

      const id = podman('image', 'inspect', '--format={{.Id}}', 'localhost/drydock-test:1').trim();
      assert.equal(archive.digest, `sha256:${id}`);
      assert.deepEqual(archive.names, ['localhost/drydock-test:1']);
      assert.equal(archive.config.user, '65532');
      assert.deepEqual(archive.config.cmd, ['/bin/bash']);
      assert.ok(archive.config.env.includes('A=b c'));
      assert.equal(status, 'complete');
      assert.deepEqual(
        packages.map(({ purl }) => purl),
        ['pkg:deb/debian/bash@5.2.15-2?arch=amd64&distro=debian-12'],
      );
      assert.equal(await isOciLayout(path), format === 'oci-dir');
    });
});

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';

const DRYDOCK = join(import.meta.dirname, '../../bin/drydock');
const folder = await mkdtemp(join(tmpdir(), 'drydock-scan-'));
after(() => rm(folder, { recursive: true }));

const drydock = (...args: string[]) =>
  spawnSync(DRYDOCK, args, { encoding: 'utf8', cwd: folder, maxBuffer: 2 ** 28 });

suite('drydock scan and sbom', () => {
  test('an image of the catalogue by its name: packages, what they were compared with, and status 0', () => {
    const { status, stdout, stderr } = drydock('scan', 'debian:bookworm-slim', '--format', 'json');

    assert.equal(status, 0, stderr);
    const { version, inventory, scan } = JSON.parse(stdout);
    assert.equal(version, 1);
    assert.equal(inventory.status, 'complete');
    assert.ok(
      inventory.packages.some(({ purl }: { purl: string }) => purl.startsWith('pkg:deb/debian/dpkg@')),
    );
    assert.equal(scan.status, 'scanned');
  });

  test('an image without its security updates gives status 1 and names each with its fix', () => {
    const { status, stdout } = drydock('scan', 'debian:bookworm-unpatched');

    assert.equal(status, 1);
    assert.match(stdout, /high +CVE-\d+-\d+ .+ fixed in /);
  });

  test('a root filesystem and an archive of the same files give the same bill of materials, name aside', async () => {
    await writeFile(join(folder, 'os-release'), 'ID=debian\nVERSION_ID="12"\n');
    execFileSync('mkdir', ['-p', join(folder, 'root/var/lib/dpkg'), join(folder, 'root/etc')]);
    await writeFile(
      join(folder, 'root/etc/os-release'),
      'ID=debian\nVERSION_ID="12"\nVERSION_CODENAME=bookworm\n',
    );
    await writeFile(
      join(folder, 'root/var/lib/dpkg/status'),
      'Package: bash\nStatus: install ok installed\nArchitecture: amd64\nVersion: 5.2.15-2+b7\nSource: bash (5.2.15-2)\n\n',
    );
    execFileSync('tar', ['-C', join(folder, 'root'), '-cf', join(folder, 'layer.tar'), '.']);
    const layer = execFileSync('sha256sum', [join(folder, 'layer.tar')], { encoding: 'utf8' }).slice(0, 64);
    await writeFile(
      join(folder, 'config.json'),
      JSON.stringify({
        architecture: 'amd64',
        os: 'linux',
        config: {},
        rootfs: { type: 'layers', diff_ids: [`sha256:${layer}`] },
        history: [],
      }),
    );
    await writeFile(
      join(folder, 'manifest.json'),
      JSON.stringify([{ Config: 'config.json', RepoTags: [], Layers: ['layer.tar'] }]),
    );
    execFileSync('tar', [
      '-C',
      folder,
      '-cf',
      join(folder, 'image.tar'),
      'manifest.json',
      'config.json',
      'layer.tar',
    ]);

    const [ofFolder, ofArchive] = ['root', 'image.tar'].map((target) => drydock('sbom', `./${target}`));

    const purls = (text: string): readonly string[] =>
      JSON.parse(text).components.map(({ purl }: { purl?: string }) => purl);
    assert.ok(
      purls(ofFolder?.stdout ?? '').some((purl) => purl?.startsWith('pkg:deb/debian/bash@5.2.15-2%2Bb7')),
    );
    assert.deepEqual(purls(ofFolder?.stdout ?? ''), purls(ofArchive?.stdout ?? ''), ofArchive?.stderr);
  });

  test('an operating system without its package database is inconclusive, said so, and does not pass', async () => {
    execFileSync('mkdir', ['-p', join(folder, 'bare/etc')]);
    await writeFile(join(folder, 'bare/etc/os-release'), 'ID=debian\nVERSION_ID="12"\n');

    const { status, stdout } = drydock('scan', './bare');

    assert.equal(status, 1);
    assert.match(stdout, /inconclusive/i);
  });

  test('what is nothing to scan is told', () => {
    const { status, stderr } = drydock('scan', './nothing');

    assert.equal(status, 2);
    assert.match(stderr, /archive/);
  });
});

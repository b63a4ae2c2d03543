import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import type { ImageFiles } from '../../src/core/ports.ts';
import { createFolderFiles } from '../../src/image/folder-files.ts';
import { takeInventory } from '../../src/inventory/take-inventory.ts';
import { zip } from '../support/zip.ts';

const has = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
const DEBIAN_PYTHON = '/usr/lib/python3/dist-packages';

/** Without the walk over everything: only what stands at known paths. */
const atKnownPaths = (files: ImageFiles): ImageFiles => ({
  collect: (wants) => files.collect({ ...wants, basenames: [], suffixes: [] }),
});

async function listed(files: ImageFiles, type: string): Promise<readonly string[]> {
  const { packages } = await takeInventory(files);
  const lines = packages
    .filter((each) => each.type === type)
    .map(({ name, version, architecture = '', source }) =>
      [name, version, architecture, source?.name, source?.version].join(' ').trimEnd(),
    );
  return [...new Set(lines)].sort();
}

suite('an inventory beside the tools that own the packages', () => {
  let root: string;

  before(async () => {
    root = await mkdtemp(join(tmpdir(), 'drydock-inventory-'));
  });
  after(() => rm(root, { recursive: true }));

  test('lists this machine as dpkg-query does', { skip: !has('dpkg-query') && 'no dpkg-query' }, async () => {
    const fields = [
      'db:Status-Status',
      'Package',
      'Version',
      'Architecture',
      'source:Package',
      'source:Version',
    ];
    const format = `${fields.map((field) => `\${${field}}`).join(' ')}\n`;
    const expected = execFileSync('dpkg-query', ['-W', `-f=${format}`], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line !== '' && !/^(not-installed|config-files) /.test(line))
      .map((line) => line.slice(line.indexOf(' ') + 1))
      .sort();

    assert.deepEqual(await listed(atKnownPaths(createFolderFiles('/')), 'deb'), expected);
  });

  test('follows what dpkg itself writes', { skip: !has('dpkg-deb') && 'no dpkg-deb' }, async () => {
    const system = join(root, 'system');
    const control = (name: string, more: string): string =>
      `Package: ${name}\nVersion: 1:2.0~rc1-3+b1\nArchitecture: all\nMaintainer: A <a@b.example>\n${more}Description: a test\n of two lines\n .\n`;
    for (const folder of ['etc', 'var/lib/dpkg/info', 'var/lib/dpkg/updates'])
      await mkdir(join(system, folder), { recursive: true });
    await writeFile(join(system, 'etc/os-release'), 'ID=debian\nVERSION_ID="12"\n');
    await writeFile(join(system, 'var/lib/dpkg/status'), '');
    for (const [name, more] of [
      ['drydock-one', 'Source: drydock (2.0-3)\n'],
      ['drydock-two', ''],
      ['drydock-gone', ''],
    ] as const) {
      const tree = join(root, name);
      await mkdir(join(tree, 'DEBIAN'), { recursive: true });
      await mkdir(join(tree, 'etc'));
      await writeFile(join(tree, 'etc', name), 'configuration');
      await writeFile(join(tree, 'DEBIAN/conffiles'), `/etc/${name}\n`);
      await writeFile(join(tree, 'DEBIAN/control'), control(name, more));
      execFileSync('dpkg-deb', ['--root-owner-group', '--build', tree], { stdio: 'ignore' });
    }
    const dpkg = (...argv: readonly string[]): void => {
      const options = [`--root=${system}`, '--force-all', '--log=/dev/null', ...argv];
      execFileSync('dpkg', options, { stdio: 'ignore', env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' } });
    };
    for (const name of ['drydock-one', 'drydock-two', 'drydock-gone'])
      dpkg('--install', join(root, `${name}.deb`));
    dpkg('--remove', 'drydock-gone');

    const { status, packages } = await takeInventory(createFolderFiles(system));

    assert.equal(status, 'complete');
    assert.deepEqual(
      packages.map(({ purl, source }) => [purl, source]),
      [
        [
          'pkg:deb/debian/drydock-one@1:2.0~rc1-3%2Bb1?arch=all&distro=debian-12',
          { name: 'drydock', version: '2.0-3' },
        ],
        [
          'pkg:deb/debian/drydock-two@1:2.0~rc1-3%2Bb1?arch=all&distro=debian-12',
          { name: 'drydock-two', version: '1:2.0~rc1-3+b1' },
        ],
      ],
    );
  });

  test('follows what rpm itself writes', { skip: !(has('rpm') && has('rpmbuild')) && 'no rpm' }, async () => {
    const work = join(root, 'rpm');
    const system = join(work, 'system');
    const database = join(system, 'var/lib/rpm');
    await mkdir(database, { recursive: true });
    await mkdir(join(system, 'etc'));
    await writeFile(join(system, 'etc/os-release'), 'ID=fedora\nVERSION_ID=40\n');
    const fields = [
      'Name: drydock-one',
      'Version: 1.2~rc1',
      'Release: 3.fc40',
      'Epoch: 2',
      'Summary: a test',
    ];
    const spec = [
      ...fields,
      'License: MIT',
      'BuildArch: noarch',
      '%description',
      'A test',
      '%files',
      '',
    ].join('\n');
    await writeFile(join(work, 'one.spec'), spec);
    execFileSync('rpmbuild', ['-bb', '--define', `_topdir ${work}`, join(work, 'one.spec')], {
      stdio: 'ignore',
    });
    execFileSync('rpmdb', ['--dbpath', database, '--initdb'], { stdio: 'ignore' });
    const made = join(work, 'RPMS/noarch/drydock-one-1.2~rc1-3.fc40.noarch.rpm');
    const options = [
      '--dbpath',
      database,
      '--justdb',
      '--nodeps',
      '--noscripts',
      '--nosignature',
      '--force-debian',
    ];
    execFileSync('rpm', [...options, '--install', made], { stdio: 'ignore' });

    const { status, packages } = await takeInventory(createFolderFiles(system));

    assert.equal(status, 'complete');
    assert.deepEqual(
      packages.map(({ purl, source, licenses }) => [purl, source, licenses]),
      [
        [
          'pkg:rpm/fedora/drydock-one@1.2~rc1-3.fc40?arch=noarch&distro=fedora-40&epoch=2',
          { name: 'drydock-one', version: '2:1.2~rc1-3.fc40' },
          ['MIT'],
        ],
      ],
    );
  });

  test('lists what npm installed', { skip: !has('npm') && 'no npm' }, async () => {
    const app = join(root, 'app');
    const source = join(root, 'source');
    await mkdir(app);
    await mkdir(source);
    const manifest = { name: '@drydock/test', version: '1.2.3-beta.1', license: 'Apache-2.0' };
    await writeFile(join(source, 'package.json'), JSON.stringify(manifest));
    await writeFile(join(app, 'package.json'), JSON.stringify({ name: 'app', version: '9.9.9' }));
    execFileSync('npm', ['pack', '--silent', source], { cwd: app, stdio: 'ignore' });
    const options = ['--offline', '--no-audit', '--no-fund', '--ignore-scripts', '--silent'];
    execFileSync('npm', ['install', ...options, './drydock-test-1.2.3-beta.1.tgz'], {
      cwd: app,
      stdio: 'ignore',
    });

    const { packages } = await takeInventory(createFolderFiles(app));

    assert.deepEqual(
      packages.map(({ purl, licenses }) => [purl, licenses]),
      [['pkg:npm/%40drydock/test@1.2.3-beta.1', ['Apache-2.0']]],
    );
  });

  test('lists the Python packages that Python sees', {
    skip: !(has('/usr/bin/python3') && existsSync(DEBIAN_PYTHON)) && 'no Python of Debian',
  }, async () => {
    const program = `import importlib.metadata as m\nfor d in m.distributions(path=['${DEBIAN_PYTHON}']): print(d.metadata['Name'], d.version)`;
    const expected = execFileSync('/usr/bin/python3', ['-c', program], { encoding: 'utf8' });

    assert.deepEqual(
      await listed(createFolderFiles(DEBIAN_PYTHON), 'pypi'),
      [...new Set(expected.trim().split('\n'))].filter(Boolean).sort(),
    );
  });

  test('lists the modules that Go compiled in', {
    skip: spawnSync('go', ['version']).status !== 0 && 'no Go',
  }, async () => {
    const proxy = join(root, 'proxy/example.com/lib/@v');
    const source = join(root, 'go');
    await mkdir(proxy, { recursive: true });
    await mkdir(source);
    const manifest = 'module example.com/lib\n\ngo 1.19\n';
    await writeFile(join(proxy, 'v1.2.3.info'), '{"Version":"v1.2.3"}');
    await writeFile(join(proxy, 'v1.2.3.mod'), manifest);
    await writeFile(
      join(proxy, 'v1.2.3.zip'),
      zip({
        'example.com/lib@v1.2.3/go.mod': manifest,
        'example.com/lib@v1.2.3/lib.go': 'package lib\n\nfunc Number() int { return 1 }\n',
      }),
    );
    await writeFile(
      join(source, 'go.mod'),
      'module example.com/app\n\ngo 1.19\n\nrequire example.com/lib v1.2.3\n',
    );
    await writeFile(
      join(source, 'main.go'),
      'package main\n\nimport "example.com/lib"\n\nfunc main() { println(lib.Number()) }\n',
    );
    const settings = {
      GOPROXY: `file://${join(root, 'proxy')}`,
      GOSUMDB: 'off',
      GOFLAGS: '-mod=mod -modcacherw',
      GOTOOLCHAIN: 'local',
      GOMODCACHE: join(root, 'modules'),
      CGO_ENABLED: '0',
    };
    execFileSync('go', ['build', '-ldflags=-s -w', '-o', join(root, 'image/usr/local/bin/app'), '.'], {
      cwd: source,
      env: { ...process.env, ...settings },
    });
    const [, toolchain] = /go(\d\S*)/.exec(execFileSync('go', ['version'], { encoding: 'utf8' })) ?? [];

    const { packages } = await takeInventory(createFolderFiles(join(root, 'image')));

    assert.deepEqual(
      packages.map(({ purl, foundIn }) => `${purl} ${foundIn}`),
      ['example.com/lib@v1.2.3', `stdlib@${toolchain}`].map(
        (each) => `pkg:golang/${each} /usr/local/bin/app`,
      ),
    );
  });

  test('a FIFO in the place of a database neither holds the reader nor looks clean', async () => {
    const system = join(root, 'fifo');
    await mkdir(join(system, 'etc'), { recursive: true });
    await mkdir(join(system, 'var/lib/dpkg'), { recursive: true });
    await writeFile(join(system, 'etc/os-release'), 'ID=debian\n');
    execFileSync('mkfifo', [join(system, 'var/lib/dpkg/status')]);

    const { status, notes } = await takeInventory(createFolderFiles(system));

    assert.equal(status, 'inconclusive');
    assert.match(notes.join(), /status could not be read: it is not a regular file/);
  });
});

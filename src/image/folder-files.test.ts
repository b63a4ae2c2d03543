import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdir, mkdtemp, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { isDrydockError } from '../core/errors.ts';
import type { CollectedFile, Wants } from '../core/ports.ts';
import { createFolderFiles } from './folder-files.ts';

const NOTHING: Wants = {
  paths: [],
  folders: [],
  basenames: [],
  suffixes: [],
  maxFileBytes: 4096,
  maxTotalBytes: 65_536,
};

suite('the files of a folder', () => {
  let folder: string;
  let root: string;
  let server: Server;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drydock-folder-'));
    root = join(folder, 'root');
    const files = {
      'usr/lib/db/status': 'status',
      'usr/lib/db/more': 'more',
      'usr/lib/db/deeper/deep': 'deep',
      'app/a/package.json': 'one',
      'app/b/package.json': 'two',
      'app/b/x.dist-info/METADATA': 'meta',
      'app/big': 'x'.repeat(5000),
      '../outside': 'of the host',
    };
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(root, path)), { recursive: true });
      await writeFile(join(root, path), content);
    }
    const links = {
      lib: 'usr/lib',
      absolute: '/app/a/package.json',
      'app/climbing': '../../../../app/b/package.json',
      'app/linked-folder': '/app/a',
      loop: 'loop',
      escape: join(folder, 'outside'),
      'app/escape': `../../../../../../../..${join(folder, 'outside')}`,
      kernel: '/proc/self/root',
      dangling: '/nowhere',
    };
    for (const [path, target] of Object.entries(links)) await symlink(target, join(root, path));
    server = createServer().listen(join(root, 'app/socket'));
    await once(server, 'listening');
    await writeFile(join(root, 'app/sparse'), '');
    await truncate(join(root, 'app/sparse'), 2 ** 30);
  });
  after(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });

  const collect = (wants: Partial<Wants>): Promise<CollectedFile[]> =>
    Array.fromAsync(createFolderFiles(root).collect({ ...NOTHING, ...wants }));
  const texts = async (wants: Partial<Wants>): Promise<Record<string, string | null>> =>
    Object.fromEntries(
      (await collect(wants)).map((file) => [
        file.path,
        file.kind === 'unreadable' ? '(unreadable)' : file.content && Buffer.from(file.content).toString(),
      ]),
    );

  test('exact paths are given, what is not there is not mentioned', async () => {
    assert.deepEqual(await texts({ paths: ['/usr/lib/db/status', '/never', '/usr/lib/db/status/x'] }), {
      '/usr/lib/db/status': 'status',
    });
  });

  test('an exact path goes through links, which stay inside', async () => {
    assert.deepEqual(await texts({ paths: ['/lib/db/status', '/absolute', '/app/climbing', '/dangling'] }), {
      '/lib/db/status': 'status',
      '/absolute': 'one',
      '/app/climbing': 'two',
    });
  });

  test('no link leads to a file of the host', async () => {
    const given = await texts({
      paths: ['/escape', '/app/escape', `/kernel${join(folder, 'outside')}`, '/../outside'],
      basenames: ['escape', 'outside'],
      folders: ['/kernel/etc', '/..'],
    });

    assert.deepEqual(given, {});
  });

  test('a loop of links is told', async () => {
    assert.deepEqual(await texts({ paths: ['/loop'] }), { '/loop': '(unreadable)' });
  });

  test('a wanted folder gives its own files, also through a link', async () => {
    assert.deepEqual(await texts({ folders: ['/usr/lib/db'] }), {
      '/usr/lib/db/status': 'status',
      '/usr/lib/db/more': 'more',
    });
    assert.deepEqual(await texts({ folders: ['/lib/db'] }), {
      '/lib/db/status': 'status',
      '/lib/db/more': 'more',
    });
  });

  test('base names and endings are found anywhere, and folders behind links are not walked', async () => {
    assert.deepEqual(await texts({ basenames: ['package.json'], suffixes: ['.dist-info/METADATA'] }), {
      '/app/a/package.json': 'one',
      '/app/b/package.json': 'two',
      '/app/b/x.dist-info/METADATA': 'meta',
    });
  });

  test('a socket is told', async () => {
    assert.deepEqual(await texts({ basenames: ['socket'] }), { '/app/socket': '(unreadable)' });
  });

  test('a file above the bound comes without content', async () => {
    const files = await collect({ basenames: ['big', 'sparse'] });

    assert.deepEqual(
      files.map((file) => file.kind === 'file' && [file.path, file.sizeBytes, file.content]).sort(),
      [
        ['/app/big', 5000, null],
        ['/app/sparse', 2 ** 30, null],
      ],
    );
  });

  test('passing the bound of all together is told as an unreadable root', async () => {
    const files = await collect({ folders: ['/usr/lib/db'], maxTotalBytes: 8 });

    assert.deepEqual(
      files.filter(({ kind }) => kind === 'unreadable').map(({ path }) => path),
      ['/'],
    );
  });

  test('a file that is wanted in two ways is given once', async () => {
    const files = await collect({ paths: ['/app/a/package.json'], basenames: ['package.json'] });

    assert.deepEqual(files.map(({ path }) => path).sort(), ['/app/a/package.json', '/app/b/package.json']);
  });

  test('what is too deep is told', async () => {
    const deep = `/deep${'/d'.repeat(300)}`;
    await mkdir(root + deep, { recursive: true });
    await writeFile(`${root}${deep}/package.json`, 'hidden');

    const files = await collect({ basenames: ['package.json'] });

    const told = files.filter(({ kind }) => kind === 'unreadable');
    assert.equal(told.length, 1);
    assert.match(told[0]?.path ?? '', /^\/deep(\/d)+$/);
  });

  test('a root that is no folder is refused', () => {
    for (const path of [join(folder, 'outside'), join(folder, 'nothing')])
      assert.throws(
        () => createFolderFiles(path),
        (error) => isDrydockError(error, 'file-unreadable'),
      );
  });
});

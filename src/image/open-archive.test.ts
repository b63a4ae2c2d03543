import assert from 'node:assert/strict';
import { mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { deflateRawSync, gzipSync, zstdCompressSync } from 'node:zlib';
import {
  type ArchiveEntry,
  type ArchiveLayer,
  configOf,
  dockerArchive,
  ociLayout,
  packLayers,
  packTar,
  writeFolder,
  writeTar,
} from '../../test/support/image-archive.ts';
import { digestOf } from '../core/digest.ts';
import { type ErrorCode, isDrydockError } from '../core/errors.ts';
import type { CollectedFile, Wants } from '../core/ports.ts';
import { isOciLayout, openArchive } from './open-archive.ts';

const NOTHING: Wants = {
  paths: [],
  folders: [],
  basenames: [],
  suffixes: [],
  maxFileBytes: 4096,
  maxTotalBytes: 65_536,
};
const link = (target: string): NonNullable<ArchiveEntry[2]> => ({ type: 'symlink', linkname: target });
const hardLink = (target: string): NonNullable<ArchiveEntry[2]> => ({ type: 'link', linkname: target });

const LAYERS: readonly (readonly ArchiveEntry[])[] = [
  [
    ['./'],
    ['./usr/lib/db/'],
    ['./usr/lib/db/status', 'status'],
    ['./usr/lib/db/more', 'more'],
    ['./usr/lib/db/deeper/deep', 'deep'],
    ['lib', '', link('usr/lib')],
    ['app/a/package.json', 'one'],
    ['app/b/package.json', 'two'],
    ['app/hard', '', hardLink('app/a/package.json')],
    ['absolute', '', link('/app/a/package.json')],
    ['app/climbing', '', link('../../../../app/b/package.json')],
    ['loop', '', link('loop')],
    ['app/big', 'x'.repeat(5000)],
    ['app/fifo', '', { type: 'fifo' }],
    ['app/gone', 'gone'],
    ['app/changed', 'old'],
    ['app/old/package.json', 'hidden by an opaque folder'],
    ['app/replaced/package.json', 'hidden by a file'],
    ['app/whited/package.json', 'hidden by a whiteout'],
  ],
  [
    ['app/.wh.gone'],
    ['app/changed', 'new'],
    ['app/old/'],
    ['app/old/.wh..wh..opq'],
    ['app/old/fresh.json', 'fresh'],
    ['app/replaced', 'a file now'],
    ['app/.wh.whited'],
  ],
  [
    ['app/whited/new', 'back again'],
    ['.wh..wh.plnk/1.2', 'of AUFS'],
  ],
];

suite('an image archive', () => {
  let folder: string;
  let count = 0;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'drydock-archive-'));
  });
  after(() => rm(folder, { recursive: true }));

  const place = (): string => {
    count += 1;
    return join(folder, `${count}`);
  };
  const collect = async (path: string, wants: Partial<Wants>): Promise<CollectedFile[]> => {
    await using archive = await openArchive(path, { platform: 'linux/amd64' });
    return await Array.fromAsync(archive.files.collect({ ...NOTHING, ...wants }));
  };
  const shown = (files: readonly CollectedFile[]): Record<string, string | null> => {
    const texts = files.map((file): [string, string | null] => [
      file.path,
      file.kind === 'unreadable' ? '(unreadable)' : file.content && Buffer.from(file.content).toString(),
    ]);
    assert.equal(new Set(files.map(({ path }) => path)).size, files.length, 'a file was given twice');
    return Object.fromEntries(texts);
  };
  const texts = async (path: string, wants: Partial<Wants>) => shown(await collect(path, wants));
  const refused = (path: string, says: RegExp, code: ErrorCode = 'input-invalid') =>
    assert.rejects(
      collect(path, { paths: ['/x'] }),
      (error) => isDrydockError(error, code) && says.test(error.message),
    );
  const ofLayers = async (...layers: readonly (readonly ArchiveEntry[])[]): Promise<string> =>
    writeTar(place(), ociLayout(await packLayers(layers)));

  /** As zstd:chunked writes it: frame after frame, also one to skip. */
  const chunkedZstd = (tar: Buffer): Buffer =>
    Buffer.concat([
      zstdCompressSync(tar.subarray(0, 700)),
      Buffer.from('502a4d1804000000abcdabcd', 'hex'),
      zstdCompressSync(tar.subarray(700)),
    ]);
  const kinds: Record<string, () => Promise<string>> = {
    'an OCI archive': async () => writeTar(place(), ociLayout(await packLayers(LAYERS))),
    'an OCI archive with gzip': async () =>
      writeTar(place(), ociLayout(await packLayers(LAYERS, (tar) => gzipSync(tar)))),
    'an OCI archive with zstd': async () =>
      writeTar(place(), ociLayout(await packLayers(LAYERS, (tar) => zstdCompressSync(tar)))),
    'an OCI archive with zstd in several frames': async () =>
      writeTar(place(), ociLayout(await packLayers(LAYERS, chunkedZstd))),
    'an OCI layout in a folder': async () =>
      writeFolder(place(), ociLayout(await packLayers(LAYERS, (tar) => gzipSync(tar)))),
    'a Docker archive': async () => writeTar(place(), dockerArchive(await packLayers(LAYERS))),
    'an archive that is both': async () => {
      const layers = await packLayers(LAYERS);
      return writeTar(place(), new Map([...ociLayout(layers), ...dockerArchive(layers)]));
    },
  };
  for (const [title, make] of Object.entries(kinds))
    test(`${title} gives its last state, its configuration and its id`, async () => {
      const path = await make();
      const wants = {
        paths: ['/usr/lib/db/status', '/lib/db/more', '/absolute', '/app/climbing', '/app/hard', '/never'],
        basenames: ['package.json', 'changed', 'gone', 'replaced', 'new'],
        suffixes: ['esh.json'],
      };
      await using archive = await openArchive(path, { platform: 'linux/amd64' });

      const expected = {
        '/usr/lib/db/status': 'status',
        '/lib/db/more': 'more',
        '/absolute': 'one',
        '/app/climbing': 'two',
        '/app/hard': 'one',
        '/app/a/package.json': 'one',
        '/app/b/package.json': 'two',
        '/app/changed': 'new',
        '/app/replaced': 'a file now',
        '/app/old/fresh.json': 'fresh',
        '/app/whited/new': 'back again',
      };
      for (const _ of ['first', 'second'])
        assert.deepEqual(
          shown(await Array.fromAsync(archive.files.collect({ ...NOTHING, ...wants }))),
          expected,
        );
      assert.equal(archive.digest, digestOf(configOf(await packLayers(LAYERS))));
      assert.deepEqual(archive.names, ['app:1']);
      assert.equal(archive.createdAt, '2026-01-02T03:04:05Z');
      assert.equal(archive.config.user, '65532');
      assert.deepEqual(archive.config.env, ['A=b']);
      assert.deepEqual(archive.config.history[0], { createdBy: 'layer 0', isEmpty: false });
    });

  test('folders, also behind links, give their own files', async () => {
    const path = await ofLayers(...LAYERS);

    assert.deepEqual(await texts(path, { folders: ['/usr/lib/db'] }), {
      '/usr/lib/db/status': 'status',
      '/usr/lib/db/more': 'more',
    });
    assert.deepEqual(await texts(path, { folders: ['/lib/db', '/loop'] }), {
      '/lib/db/status': 'status',
      '/lib/db/more': 'more',
      '/loop': '(unreadable)',
    });
  });

  test('loops, FIFOs, large files and large sums are told', async () => {
    const path = await ofLayers(...LAYERS);

    assert.deepEqual(await texts(path, { paths: ['/loop', '/app/fifo', '/app/big', '/app'] }), {
      '/loop': '(unreadable)',
      '/app/fifo': '(unreadable)',
      '/app/big': null,
    });
    const files = await collect(path, { folders: ['/usr/lib/db'], maxTotalBytes: 8 });
    assert.deepEqual(files.at(-1)?.kind === 'unreadable' && files.at(-1)?.path, '/');
  });

  test('a name that comes twice in a layer means the last, and a hard link what it meant then', async () => {
    const path = await ofLayers([
      ['app/package.json', 'first'],
      ['app/hard', '', hardLink('app/package.json')],
      ['app/package.json', 'second'],
    ]);

    assert.deepEqual(await texts(path, { paths: ['/app/hard'], basenames: ['package.json'] }), {
      '/app/hard': 'first',
      '/app/package.json': 'second',
    });
  });

  test('a name below a link of the same layer ends up where the link leads, inside', async () => {
    const path = await ofLayers([
      ['lib', '', link('../../../usr/lib')],
      ['lib/status', 'followed'],
    ]);

    assert.deepEqual(await texts(path, { basenames: ['status'] }), { '/usr/lib/status': 'followed' });
  });

  test('a folder hides the link of a layer below, as overlayfs does', async () => {
    const path = await ofLayers(
      [
        ['lib', '', link('usr/lib')],
        ['usr/lib/status', 'below'],
      ],
      [['lib/other', 'above']],
    );

    assert.deepEqual(await texts(path, { paths: ['/lib/status', '/lib/other', '/usr/lib/status'] }), {
      '/lib/other': 'above',
      '/usr/lib/status': 'below',
    });
  });

  test('what a whiteout hides is hidden from all layers below, not from its own', async () => {
    const path = await ofLayers(
      [
        ['app/package.json', 'lowest'],
        ['app/other.json', 'lowest'],
      ],
      [['app/package.json', 'low']],
      [['.wh.app'], ['app/new.json', 'same layer']],
    );

    assert.deepEqual(await texts(path, { suffixes: ['.json'] }), { '/app/new.json': 'same layer' });
  });

  test('a Docker archive may have links between its layers', async () => {
    const layers = await packLayers([[['a', 'one']], [['a', 'one']]]);
    const files = dockerArchive(layers);
    const entries: ArchiveEntry[] = [...files].filter(([name]) => name !== 'layer1/layer.tar');
    const path = place();
    await writeFile(path, await packTar([...entries, ['layer1/layer.tar', '', link('../layer0/layer.tar')]]));

    assert.deepEqual(await texts(path, { paths: ['/a'] }), { '/a': 'one' });
  });

  test('of several platforms the wanted one is taken, and attestations are none', async () => {
    const [layer] = await packLayers([[['a', 'one']]]);
    assert.ok(layer);
    const arm = ociLayout([layer], configOf([layer], { architecture: 'arm64' }));
    const amd = ociLayout([layer]);
    const entry = (files: ReadonlyMap<string, string | Uint8Array>, architecture: string, os = 'linux') => ({
      ...JSON.parse(String(files.get('index.json'))).manifests[0],
      platform: { architecture, os },
    });
    const index = JSON.stringify({
      manifests: [entry(arm, 'arm64'), entry(amd, 'amd64'), entry(amd, 'unknown', 'unknown')],
    });
    const path = await writeTar(place(), new Map([...arm, ...amd, ['index.json', index]]));

    await using archive = await openArchive(path, { platform: 'linux/arm64' });
    assert.equal(archive.config.architecture, 'arm64');
    await assert.rejects(openArchive(path, { platform: 'linux/s390x' }), /linux\/arm64, linux\/amd64/);
  });

  suite('is refused, with what is wrong', () => {
    const changed = async (change: (layer: ArchiveLayer) => ArchiveLayer): Promise<string> => {
      const layers = await packLayers([[['a', 'one'.repeat(1000)]]], (tar) => gzipSync(tar));
      const files = ociLayout(layers);
      const replaced = new Map(
        [...files].map(([name, content]) => {
          const layer = layers.find(({ stored }) => stored === content);
          return [name, layer === undefined ? content : change(layer).stored];
        }),
      );
      return writeTar(place(), replaced);
    };

    test('when a layer has another content than its digest', async () => {
      const other = gzipSync(await packTar([['a', 'two'.repeat(1000)]]));
      await refused(await changed((layer) => ({ ...layer, stored: other })), /expected to have the digest/);
    });

    test('when a layer is packed anew, as its stored digest says', async () => {
      await refused(
        await changed(({ tar }) => ({ tar, stored: gzipSync(tar, { level: 1 }) })),
        /digest .* stored, it has/,
      );
    });

    test('when a layer was cut off', async () => {
      await refused(
        await changed(({ tar, stored }) => ({ tar, stored: stored.subarray(0, -20) })),
        /damaged or cut off/,
      );
    });

    test('when a layer is no gzip after its first bytes', async () => {
      const bad = Buffer.concat([
        Buffer.from('1f8b0800000000000003', 'hex'),
        deflateRawSync('x'),
        Buffer.alloc(99, 7),
      ]);
      await refused(await changed(({ tar }) => ({ tar, stored: bad })), /damaged|digest/);
    });

    test('when a Docker archive’s layer is another than its configuration says', async () => {
      const [layer] = await packLayers([[['a', 'one']]]);
      const [other] = await packLayers([[['a', 'two']]]);
      assert.ok(layer && other);
      await refused(await writeTar(place(), dockerArchive([other], configOf([layer]))), /digest .* unpacked/);
    });

    test('when a manifest or configuration is not that of its digest', async () => {
      const layers = await packLayers([[['a', 'one']]]);
      for (const name of [...ociLayout(layers).keys()].filter((key) => key.startsWith('blobs')).slice(0, 2)) {
        const files = ociLayout(layers);
        files.set(name, `${files.get(name)} `);
        await refused(await writeTar(place(), files), /was expected to have the digest/);
      }
    });

    test('when index.json and manifest.json mean different images', async () => {
      const [one, two] = await packLayers([[['a', 'one']], [['a', 'two']]]);
      assert.ok(one && two);
      await refused(
        await writeTar(place(), new Map([...ociLayout([one]), ...dockerArchive([two])])),
        /index\.json means/,
      );
    });

    const hostile: Record<string, readonly [entries: readonly ArchiveEntry[], says: RegExp]> = {
      'a name climbs out': [[['../../etc/passwd', 'x']], /climbs out/],
      'a name climbs inside': [[['a/../b', 'x']], /climbs out/],
      'a hard link leads out': [[['a', '', hardLink('../../etc/passwd')]], /climbs out/],
      'a hard link leads nowhere': [[['a', '', hardLink('b')]], /hard link to nothing/],
      'a file stands below a file': [
        [
          ['a', 'x'],
          ['a/b', 'x'],
        ],
        /below something that is no folder/,
      ],
      'a file replaces a folder of its own layer': [
        [
          ['a/b', 'x'],
          ['a', 'x'],
        ],
        /has a folder/,
      ],
      'links never end': [
        [
          ['a', '', link('b')],
          ['b', '', link('a')],
          ['a/c', 'x'],
        ],
        /never end/,
      ],
      'a whiteout hides its own folder': [[['a/.wh..', 'x']], /hides nothing that has a name/],
      'a name is too deep': [[[`${'d/'.repeat(300)}x`, 'x']], /deeper than 256/],
    };
    for (const [title, [entries, says]] of Object.entries(hostile))
      test(`when ${title}`, async () => refused(await ofLayers(entries), says));

    test('when it is no image archive', async () => {
      const layers = await packLayers([[['a', 'one']]]);
      await refused(await writeTar(place(), new Map([['a', 'x']])), /without either/);
      await refused(await writeTar(place(), new Map([['index.json', '{']])), /JSON was expected/);
      await refused(await writeTar(place(), new Map([['manifest.json', '[]']])), /One image was expected/);
      await refused(
        await writeTar(place(), new Map([['index.json', '{"manifests":[{"digest":"sha256:../../etc"}]}']])),
        /descriptor with a digest/,
      );
      await refused(await writeTar(place(), ociLayout(layers, configOf([]))), /0 layers were expected/);
      const missing = ociLayout(layers);
      missing.delete([...missing.keys()].at(-1) ?? '');
      await refused(await writeTar(place(), missing), /it is not there/);
    });

    test('when it is compressed as a whole, random, empty, a folder without an image, or not there', async () => {
      const [zipped, random, empty, bare] = [place(), place(), place(), place()];
      await writeFile(zipped, gzipSync('x'));
      await writeFile(random, Buffer.alloc(2000, 'random'));
      await writeFile(empty, '');
      await writeFolder(bare, new Map([['etc/os-release', 'ID=debian']]));

      await refused(zipped, /Unpack it first, e\.g\. with gunzip/);
      await refused(random, /no tar archive/);
      await refused(empty, /without either/);
      await refused(bare, /without either/);
      await refused(join(folder, 'nothing'), /could not be read/, 'file-unreadable');
      assert.equal(await isOciLayout(bare), false);
    });

    test('when a blob of a folder is a link out of it', async () => {
      const layers = await packLayers([[['a', 'one']]]);
      const files = ociLayout(layers);
      const layer = [...files.keys()].at(-1) ?? '';
      const stored = files.get(layer) ?? '';
      files.delete(layer);
      const path = await writeFolder(place(), files);
      await writeFile(join(folder, 'outside'), stored);
      await symlink(join(folder, 'outside'), join(path, layer));

      assert.equal(await isOciLayout(path), true);
      await refused(path, /it is not there/);
    });
  });

  test('reading can stop half-way, and start again', async () => {
    await using archive = await openArchive(await ofLayers(...LAYERS));
    const wants = { ...NOTHING, basenames: ['package.json'] };
    for await (const file of archive.files.collect(wants)) {
      assert.ok(file.path);
      break;
    }

    assert.equal((await Array.fromAsync(archive.files.collect(wants))).length, 2);
  });
});

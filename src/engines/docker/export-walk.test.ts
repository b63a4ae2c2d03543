import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { type Header, pack } from 'tar-stream';
import type { CollectedFile, Wants } from '../../core/ports.ts';
import { walkExport } from './export-walk.ts';

type EntryOf = Partial<Header> & { readonly name: string; readonly text?: string };

const NOTHING: Wants = {
  paths: [],
  folders: [],
  basenames: [],
  suffixes: [],
  maxFileBytes: 100,
  maxTotalBytes: 1_000,
};

async function tarOf(entries: readonly EntryOf[]): Promise<Buffer> {
  const tar = pack();
  for (const { text, ...header } of entries) tar.entry(header, text ?? '');
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) if (chunk instanceof Uint8Array) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

function walk(tar: Uint8Array, wants: Partial<Wants>): Promise<CollectedFile[]> {
  return Array.fromAsync(walkExport(async () => Readable.from([tar]), { ...NOTHING, ...wants }));
}

const shown = (files: readonly CollectedFile[]) =>
  files.map((file) =>
    file.kind === 'file' ? `${file.path} ${Buffer.from(file.content ?? '(none)')}` : `${file.path} !`,
  );

test('a wanted hard link gives the content that stands under its other name', async () => {
  const tar = await tarOf([
    { name: 'a/first', text: 'x' },
    { name: 'b/second', type: 'link', linkname: 'a/first' },
    { name: 'l', type: 'symlink', linkname: '/b' },
  ]);

  assert.deepEqual(shown(await walk(tar, { paths: ['/b/second'] })), ['/b/second x']);
  assert.deepEqual(shown(await walk(tar, { basenames: ['second'] })), ['/b/second x']);
  assert.deepEqual(shown(await walk(tar, { folders: ['/l'] })), ['/l/second x']);
});

test('links and names that climb stay inside', async () => {
  const tar = await tarOf([
    { name: 'etc/passwd', text: 'inside' },
    { name: 'link', type: 'symlink', linkname: '../../../../etc/passwd' },
    { name: '../../outside', text: 'outside' },
    { name: 'hard', type: 'link', linkname: '../../../etc/shadow' },
  ]);

  assert.deepEqual(shown(await walk(tar, { paths: ['/link', '/outside', '/hard', '/../../link'] })), [
    '/link inside',
    '/../../link inside',
  ]);
});

test('a loop of links is told, and ends', async () => {
  const tar = await tarOf([
    { name: 'a', type: 'symlink', linkname: 'b' },
    { name: 'b', type: 'symlink', linkname: 'a' },
  ]);

  assert.deepEqual(shown(await walk(tar, { paths: ['/a'], folders: ['/b'] })), ['/a !', '/b !']);
});

test('an archive that is cut off is told as an unreadable root', async () => {
  const tar = await tarOf([
    { name: 'a', text: 'x' },
    { name: 'b', text: 'y'.repeat(90) },
  ]);

  const files = await walk(tar.subarray(0, 1024 + 512 + 10), { paths: ['/a', '/b'] });

  assert.deepEqual(shown(files), ['/a x', '/ !']);
});

test('an archive that fails half-way is told as an unreadable root', async () => {
  const open = async (): Promise<Readable> =>
    Readable.from(
      (async function* () {
        yield Buffer.alloc(512, 1);
        throw new Error('the connection was lost');
      })(),
    );

  const files = await Array.fromAsync(walkExport(open, NOTHING));

  assert.deepEqual(shown(files), ['/ !']);
});

test('a device and a FIFO that are wanted are told, a folder of a wanted name is not', async () => {
  const tar = await tarOf([
    { name: 'x/status', type: 'character-device', devmajor: 1, devminor: 5 },
    { name: 'y/status', type: 'fifo' },
    { name: 'z/status', type: 'directory' },
  ]);

  assert.deepEqual(shown(await walk(tar, { basenames: ['status'] })), ['/x/status !', '/y/status !']);
});

test('what is read of all files together is bounded over both passes', async () => {
  const tar = await tarOf([
    { name: 'a', text: 'x'.repeat(60) },
    { name: 'b', text: 'y'.repeat(60) },
    { name: 'c', type: 'symlink', linkname: 'b' },
  ]);

  const files = await walk(tar, { paths: ['/a', '/c'], maxTotalBytes: 100 });

  assert.deepEqual(
    files.map(({ kind, path }) => [kind, path]),
    [
      ['file', '/a'],
      ['unreadable', '/'],
    ],
  );
});

test('what Docker lays over the image is not taken for the image’s own', async () => {
  const tar = await tarOf([{ name: 'etc/hosts', text: '' }]);

  assert.deepEqual(shown(await walk(tar, { paths: ['/etc/hosts'] })), ['/etc/hosts !']);
});

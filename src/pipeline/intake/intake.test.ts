import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { extract, type Header, pack } from 'tar-stream';
import { type ErrorCode, isDrydockError } from '../../core/errors.ts';
import { DEFAULT_INTAKE_LIMITS, type IntakeLimits } from '../../core/limits.ts';
import { decodeDockerfile } from './decode-dockerfile.ts';
import { readContext } from './read-context.ts';

const has = (code: ErrorCode, text?: RegExp) => (error: unknown) =>
  isDrydockError(error, code) && (text === undefined || text.test(error.message));
const decode = (field: string) => decodeDockerfile(field, DEFAULT_INTAKE_LIMITS);
const packed = (content: string | Uint8Array) => gzipSync(content).toString('base64');

suite('the Dockerfile field', () => {
  test('base64 of gzip and plain text give the same Dockerfile', () => {
    const text = 'FROM scratch\nLABEL x="…"\n';

    assert.equal(decode(packed(text)).text, text);
    assert.equal(decode(packed(text).replace(/.{20}/g, '$&\n')).text, text);
    assert.deepEqual({ ...decode(text), encoding: '' }, { ...decode(packed(text)), encoding: '' });
  });

  for (const [title, field, code, text] of [
    ['not base64', 'FROM_scratch!', 'payload-not-base64', /"_" at character 5/],
    ['nothing', '', 'payload-not-base64', /got nothing/],
    ['padding in the middle', 'QUJD=QUJD', 'payload-not-base64', /"="/],
    ['base64 without gzip', Buffer.from('FROM scratch').toString('base64'), 'payload-not-gzip', /46524f4d/],
    [
      'a cut gzip stream',
      Buffer.from(gzipSync('FROM scratch')).subarray(0, 20).toString('base64'),
      'payload-not-gzip',
      /damaged/,
    ],
    ['not UTF-8', packed(Uint8Array.of(0x46, 0xff)), 'payload-not-utf8', /UTF-8/],
    ['NUL bytes', packed('FROM scratch\nRUN \0'), 'payload-has-nul', /line 2/],
    ['too long a plain text', `FROM x\n${'#'.repeat(300_000)}`, 'payload-too-large', /262144/],
  ] as const)
    test(`${title} is ${code}`, () => {
      assert.throws(() => decode(field), has(code, text));
    });

  test('a gzip bomb stops at the limit without its memory', () => {
    const bomb = packed(Buffer.alloc(256 * 1024 * 1024));
    const before = process.memoryUsage().rss;

    assert.throws(() => decode(bomb), has('payload-too-large'));
    assert.ok(process.memoryUsage().rss - before < 32 * 1024 * 1024);
  });
});

type Entry = Partial<Header> & Pick<Header, 'name'> & { readonly content?: string | Buffer };
const file = (name: string, content = 'x'): Entry => ({ name, content });
const link = (name: string, linkname: string): Entry => ({ name, linkname, type: 'symlink' });

async function tarOf(entries: readonly Entry[]): Promise<string> {
  const archive = pack();
  for (const { content, ...header } of entries) archive.entry(header, content ?? '');
  archive.finalize();
  return packed(
    Buffer.concat((await Array.fromAsync(archive)).map((chunk) => Buffer.from(chunk as Uint8Array))),
  );
}

const read = (field: string, limits: Partial<IntakeLimits> = {}) =>
  readContext(field, { ...DEFAULT_INTAKE_LIMITS, ...limits });

suite('the build context', () => {
  test('what is admitted comes out as a tar of our own: owner 0, no setuid', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'drydock-intake-'));
    const field = await tarOf([
      { name: './', type: 'directory' },
      { ...file('./a/b.txt', 'hello'), mode: 0o4755, uid: 7 },
      link('a/l', 'b.txt'),
      link('a/up', '../a'),
      { name: 'hard', type: 'link', linkname: './a/b.txt' },
    ]);

    const context = await readContext(
      field.replace(/.{76}/g, '$&\r\n'),
      DEFAULT_INTAKE_LIMITS,
      join(folder, 'context.tar'),
    );

    assert.deepEqual({ entries: context.entries, bytes: context.bytes }, { entries: 5, bytes: 5 });
    const seen: string[] = [];
    const reader = extract();
    reader.on('entry', (header, stream, next) => {
      seen.push([header.type, header.name, header.linkname, header.mode?.toString(8), header.uid].join(' '));
      stream.on('end', next).resume();
    });
    reader.end(await readFile(join(folder, 'context.tar')));
    await new Promise<void>((resolve) => reader.on('finish', () => resolve()));
    assert.deepEqual(seen, [
      'file a/b.txt  755 0',
      'symlink a/l b.txt 644 0',
      'symlink a/up ../a 644 0',
      'link hard a/b.txt 644 0',
    ]);
    await rm(folder, { recursive: true });
  });

  for (const [title, entries] of [
    ['a name with ..', [file('../x')]],
    ['a name with .. inside', [file('a/../../x')]],
    ['an absolute name', [file('/etc/passwd')]],
    ['an absolute link', [link('l', '/etc/passwd')]],
    ['a link above the context', [link('a/l', '../../x')]],
    ['a link that goes down and up again', [link('s', '.'), link('x', 's/s/../../..')]],
    ['a file below a link', [link('d', '.'), file('d/x')]],
    ['a file below a file', [file('d'), file('d/x')]],
    ['the same name twice', [file('a'), file('a')]],
    ['a link over a file', [file('a'), link('a', 'b')]],
    ['a hard link to a link', [link('a', 'b'), { name: 'h', type: 'link', linkname: 'a' } satisfies Entry]],
    ['a hard link to nothing', [{ name: 'h', type: 'link', linkname: '../../etc/passwd' } satisfies Entry]],
    [
      'a character device',
      [{ name: 'n', type: 'character-device', devmajor: 1, devminor: 3 } satisfies Entry],
    ],
    ['a block device', [{ name: 'n', type: 'block-device', devmajor: 8, devminor: 0 } satisfies Entry]],
    ['a FIFO', [{ name: 'n', type: 'fifo' } satisfies Entry]],
    ['an ignore file that is a link', [file('a'), link('.dockerignore', 'a')]],
    ['a very deep name', [file(`${'a/'.repeat(100)}x`)]],
    ['a pax path that climbs', [{ ...file('ok'), pax: { path: '../x' } }]],
  ] as const)
    test(`${title} is refused`, async () => {
      const field = await tarOf(entries);

      await assert.rejects(read(field), has('context-entry-refused'));
    });

  test('too many entries, too many bytes and a tar bomb are told', async () => {
    const many = await tarOf(Array.from({ length: 20 }, (_, i) => file(`f${i}`)));
    await assert.rejects(read(many, { contextEntries: 10 }), has('context-too-large'));
    await assert.rejects(read(many, { contextBytes: 10 }), has('context-too-large'));

    const bomb = packed(Buffer.alloc(200 * 1024 * 1024));
    await assert.rejects(read(bomb), has('context-too-large'));
  });

  test('what is no gzipped tar is told', async () => {
    await assert.rejects(read('!!!!'), has('payload-not-base64'));
    await assert.rejects(read(Buffer.from('plain').toString('base64')), has('context-not-tar'));
    await assert.rejects(read(packed('no tar '.repeat(200))), has('context-not-tar'));
    await assert.rejects(read(packed(Buffer.alloc(1024))), has('context-not-tar', /empty/));
    const whole = Buffer.from(await tarOf([file('a', 'y'.repeat(100_000))]), 'base64');
    await assert.rejects(
      read(whole.subarray(0, whole.length - 20).toString('base64')),
      has('context-not-tar'),
    );
  });
});

import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { pack } from 'tar-stream';
import { isDrydockError } from '../../core/errors.ts';
import type { TarEntry } from './extended-headers.ts';
import { createTarParser } from './tar-parser.ts';

interface Read {
  readonly entries: readonly TarEntry[];
  readonly contents: Readonly<Record<string, string>>;
}

function parse(tar: Uint8Array, chunkBytes = 64 * 1024, maxBytes = 1e6): Read {
  const entries: TarEntry[] = [];
  const contents: Record<string, string> = {};
  const parser = createTarParser({
    enter: (entry) => {
      entries.push(entry);
      return entry.kind === 'file' && entry.sizeBytes <= maxBytes;
    },
    content: ({ path }, content) => {
      contents[path] = Buffer.from(content).toString();
    },
  });
  for (let at = 0; at < tar.length; at += chunkBytes) parser.push(tar.subarray(at, at + chunkBytes));
  parser.end();
  return { entries, contents };
}

async function packed(
  entries: readonly {
    name: string;
    content?: string;
    type?: 'file' | 'link' | 'symlink';
    linkname?: string;
  }[],
): Promise<Buffer> {
  const tar = pack();
  for (const { content = '', ...header } of entries) tar.entry(header, content);
  tar.finalize();
  return buffer(tar);
}

/** A header block with a right checksum. */
function block(change: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(512);
  bytes.write('name', 0);
  bytes.write('00000000000\0', 124);
  bytes.write('0', 156);
  bytes.write('ustar\x0000', 257);
  change(bytes);
  bytes.fill(' ', 148, 156);
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return bytes;
}
const END = Buffer.alloc(1024);
const isDamaged = (error: unknown): boolean => isDrydockError(error, 'input-invalid');

suite('the tar parser', () => {
  test('reads what another program packed, in chunks of any size', async () => {
    const long = `${'long/'.repeat(60)}name-ä`;
    const tar = await packed([
      { name: 'a', content: 'one' },
      { name: long, content: 'x'.repeat(1000) },
      { name: 'empty' },
      { name: 'hard', type: 'link', linkname: 'a' },
      { name: 'soft', type: 'symlink', linkname: `${'t'.repeat(150)}` },
    ]);
    const whole = parse(tar);

    assert.deepEqual(
      whole.entries.map(({ path, kind, linkPath }) => [path, kind, linkPath]),
      [
        ['a', 'file', ''],
        [long, 'file', ''],
        ['empty', 'file', ''],
        ['hard', 'hard-link', 'a'],
        ['soft', 'link', 't'.repeat(150)],
      ],
    );
    assert.deepEqual(whole.contents, { a: 'one', [long]: 'x'.repeat(1000), empty: '' });
    for (const chunkBytes of [1, 7, 511, 512, 513]) assert.deepEqual(parse(tar, chunkBytes), whole);
  });

  test('a cut-off archive is refused, wherever it was cut inside an entry', async () => {
    const tar = await packed([{ name: 'a', content: 'x'.repeat(700) }]);

    for (const end of [1, 511, 513, 600, 1211])
      assert.throws(() => parse(tar.subarray(0, end)), isDamaged, `${end}`);
  });

  test('a size in base 256 is read, and one without reason refused', () => {
    const big = block((bytes) => {
      bytes.fill(0, 124, 136);
      bytes[124] = 0x80;
      bytes.writeUInt32BE(3, 132);
    });
    assert.equal(
      parse(Buffer.concat([big, Buffer.from('abc'), Buffer.alloc(509), END])).contents['name'],
      'abc',
    );
    for (const first of [0xff, 0x81])
      assert.throws(
        () => parse(block((bytes) => void bytes.fill(0xff, 124, 136).writeUInt8(first, 124))),
        isDamaged,
      );
  });

  test('a link with a size has no content all the same, as engines read it', () => {
    const link = block((bytes) => {
      bytes.write('1', 156);
      bytes.write('00000001000\0', 124);
      bytes.write('target', 157);
    });
    const file = block((bytes) => void bytes.write('after', 0));

    assert.deepEqual(
      parse(Buffer.concat([link, file, END])).entries.map(({ path }) => path),
      ['name', 'after'],
    );
  });

  test('a wrong checksum and a lone block of zeros are refused', () => {
    const wrong = block(() => undefined);
    wrong[0] = 0x7a;
    assert.throws(() => parse(wrong), isDamaged);
    assert.throws(() => parse(Buffer.concat([Buffer.alloc(512), block(() => undefined), END])), isDamaged);
  });

  const extended = (type: string, content: string, sizeBytes = content.length): Buffer =>
    Buffer.concat([
      block((bytes) => {
        bytes.write(type, 156);
        bytes.write(`${sizeBytes.toString(8).padStart(11, '0')}\0`, 124);
      }),
      Buffer.from(content),
      Buffer.alloc((512 - (content.length % 512)) % 512),
    ]);

  test('an extended header above its bound is refused before it is read', () => {
    for (const type of ['x', 'g', 'L', 'K'])
      assert.throws(() => parse(extended(type, '', 2 ** 32)), isDamaged, type);
  });

  test('broken records are refused', () => {
    for (const records of [
      'x',
      '5 a=b\n',
      '999 path=a\n',
      '0 a=b\n',
      '-1 a=b\n',
      '7 path=a\n',
      '9 size=x\n',
      '11 path=a\0b\n',
    ])
      assert.throws(
        () => parse(Buffer.concat([extended('x', records), block(() => undefined), END])),
        isDamaged,
        JSON.stringify(records),
      );
  });

  test('a long name wins over PAX, and both are forgotten after one entry', () => {
    const tar = Buffer.concat([
      extended('x', '10 path=p\n'),
      extended('L', 'gnu\0'),
      block(() => undefined),
      block(() => undefined),
      END,
    ]);

    assert.deepEqual(
      parse(tar).entries.map(({ path }) => path),
      ['gnu', 'name'],
    );
  });

  test('sparse files are told as such, also with a map that goes on', () => {
    const old = block((bytes) => {
      bytes.write('S', 156);
      bytes[482] = 1;
    });
    const map = Buffer.alloc(512);
    const tar = Buffer.concat([
      old,
      map,
      extended('x', '22 GNU.sparse.major=1\n'),
      block(() => undefined),
      END,
    ]);

    assert.deepEqual(
      parse(tar).entries.map(({ isSparse }) => isSparse),
      [true, true],
    );
  });

  test('nothing after the end is read', () => {
    assert.equal(parse(Buffer.concat([END, Buffer.from('anything'.repeat(100))])).entries.length, 0);
  });

  test('any bytes are either read or refused', async () => {
    const tar = await packed([
      { name: 'a', content: 'one' },
      { name: 'b'.repeat(200), content: 'two' },
    ]);
    fc.assert(
      fc.property(fc.nat(tar.length - 1), fc.uint8Array({ minLength: 1, maxLength: 40 }), (at, bytes) => {
        const changed = Buffer.from(tar);
        changed.set(bytes.subarray(0, changed.length - at), at);
        try {
          parse(changed);
        } catch (error) {
          assert.ok(isDamaged(error));
        }
      }),
      { numRuns: 500 },
    );
  });
});

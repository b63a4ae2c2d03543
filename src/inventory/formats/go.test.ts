import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import { elf } from '../../../test/support/elf.ts';
import type { FormatResult } from '../format.ts';
import { go } from './go.ts';

const MARK = 'x'.repeat(16);
const MODULES = [
  'path\texample.com/app',
  'mod\texample.com/app\t(devel)\t',
  'dep\tgithub.com/gorilla/mux\tv1.8.0\th1:abc=',
  'dep\texample.com/old\tv1.0.0',
  '=>\texample.com/fork/v2\tv2.0.1-0.20230101000000-abcdef123456\th1:abc=',
  'dep\texample.com/local\tv1.0.0',
  '=>\t./local\t(devel)',
  'dep\tgopkg.in/yaml.v3\tv3.0.1+incompatible',
  'build\t-compiler=gc',
].join('\n');

const read = (content: Uint8Array): FormatResult => go.read({ path: '/app/server', content });
const shown = ({ packages }: FormatResult) => packages.map(({ name, version }) => `${name} ${version}`);

function sized(text: string): Buffer {
  const bytes = Buffer.from(text);
  const length: number[] = [];
  for (let rest = bytes.length; ; rest >>= 7) {
    length.push((rest & 0x7f) | (rest >= 0x80 ? 0x80 : 0));
    if (rest < 0x80) return Buffer.concat([Buffer.from(length), bytes]);
  }
}
function buildInfo(toolchain: string, modules: string): Buffer {
  const header = Buffer.alloc(32);
  header.write('\xff Go buildinf:\x08\x02', 0, 'latin1');
  return Buffer.concat([header, sized(toolchain), sized(modules === '' ? '' : MARK + modules + MARK)]);
}
const program = (toolchain: string, modules = '', section = '.go.buildinfo'): Buffer =>
  elf({ '.text': Buffer.alloc(100), [section]: buildInfo(toolchain, modules) });

suite('Go', () => {
  const expected = [
    'stdlib 1.21.5',
    'github.com/gorilla/mux v1.8.0',
    'example.com/fork/v2 v2.0.1-0.20230101000000-abcdef123456',
    'gopkg.in/yaml.v3 v3.0.1+incompatible',
  ];

  test('a program tells of its modules, with what replaces them, and of the standard library', () => {
    const result = read(program('go1.21.5', MODULES));

    assert.deepEqual(shown(result), expected);
    assert.equal(result.packages[1]?.namespace, 'github.com/gorilla');
    assert.deepEqual(result.problems, []);
  });

  test('a program whose section names were removed is read too', () => {
    assert.deepEqual(shown(read(program('go1.21.5', MODULES, '.other'))), expected);
  });

  test('a program of before Go 1.18, with pointers instead of texts, is read', () => {
    const base = 0x400000;
    const texts = ['go1.17.13', MARK + MODULES + MARK].map((text) => Buffer.from(text));
    // Two headers of texts and then the texts, in a section that comes first.
    const data = Buffer.concat([Buffer.alloc(32), ...texts]);
    const dataAt = base + 120;
    let at = dataAt + 32;
    for (const [index, text] of texts.entries()) {
      data.writeBigUInt64LE(BigInt(at), index * 16);
      data.writeBigUInt64LE(BigInt(text.length), index * 16 + 8);
      at += text.length;
    }
    const header = Buffer.alloc(32);
    header.write('\xff Go buildinf:\x08\x00', 0, 'latin1');
    header.writeBigUInt64LE(BigInt(dataAt), 16);
    header.writeBigUInt64LE(BigInt(dataAt + 16), 24);

    assert.deepEqual(shown(read(elf({ '.data': data, '.go.buildinfo': header }, base))), [
      'stdlib 1.17.13',
      ...expected.slice(1),
    ]);
  });

  test('toolchains are read by their release, others are told', () => {
    for (const [toolchain, version] of [
      ['go1.22', '1.22'],
      ['go1.22rc1', '1.22rc1'],
      ['go1.20.3 X:boringcrypto', '1.20.3'],
      ['go1.19.4-fips', '1.19.4'],
    ] as const)
      assert.deepEqual(shown(read(program(toolchain))), [`stdlib ${version}`]);
    assert.match(read(program('devel go1.23-abc \u001b[2J')).problems.join(), /no released Go/);
  });

  test('what is no program, or not of Go, is nothing', () => {
    for (const content of [Buffer.alloc(0), Buffer.from('#!/bin/sh'), elf({ '.text': Buffer.alloc(9) })])
      assert.deepEqual(read(content), { packages: [], problems: [] });
  });

  test('hostile modules are problems', () => {
    const lines = [
      'dep\t../../etc\tv1.0.0',
      'dep\ta\u001b[2J\tv1.0.0',
      'dep\ta/../b\tv1.0.0',
      'dep\ta\tlatest',
    ];
    const { packages, problems } = read(program('go1.21.5', lines.join('\n')));

    assert.equal(packages.length, 1);
    assert.equal(problems.length, 4);
    for (const problem of problems) assert.match(problem, /^[\x20-\x7e]{10,300}$/);
  });

  test('a text that is longer than its file, and headers that lead out of it, are told', () => {
    const whole = program('go1.21.5', MODULES);
    assert.equal(read(whole.subarray(0, 60)).problems.length, 1);
    const long = Buffer.from(whole);
    long.fill(0xff, long.indexOf('go1.21.5') - 1, long.indexOf('go1.21.5') + 3);
    assert.match(read(long).problems.join(), /build information/);
  });

  test('any damage is a result', () => {
    const whole = program('go1.21.5', MODULES);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.uint8Array({ minLength: 1, maxLength: 16 }), (at, bytes) => {
        const damaged = Buffer.from(whole);
        damaged.set(bytes.subarray(0, damaged.length - at), at);
        assert.ok(Array.isArray(read(damaged).packages));
      }),
      { numRuns: 1000 },
    );
  });
});

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { deflateSync } from 'node:zlib';
import { elf } from '../../../test/support/elf.ts';
import type { FormatResult } from '../format.ts';
import { rust } from './rust.ts';

const read = (list: unknown): FormatResult =>
  rust.read({
    path: '/usr/local/bin/x',
    content: elf({ '.dep-v0': list instanceof Uint8Array ? list : deflateSync(JSON.stringify(list)) }),
  });

suite('Rust', () => {
  test('a program that cargo auditable compiled tells of the crates that are in it', () => {
    const packages = [
      { name: 'app', version: '0.1.0', source: 'local', root: true },
      { name: 'serde', version: '1.0.193', source: 'crates.io' },
      { name: 'cc', version: '1.0.83', source: 'crates.io', kind: 'build' },
      { name: 'forked', version: '0.2.0-alpha.1', source: 'git' },
    ];

    assert.deepEqual(read({ packages }), {
      packages: [
        { type: 'cargo', name: 'serde', version: '1.0.193' },
        { type: 'cargo', name: 'forked', version: '0.2.0-alpha.1' },
      ],
      problems: [],
    });
  });

  test('other programs are nothing', () => {
    for (const content of [
      Buffer.from('x'),
      elf({ '.text': Buffer.alloc(1) }),
      Buffer.from('\x7fELF\x02\x01', 'latin1'),
    ])
      assert.deepEqual(rust.read({ path: '/usr/local/bin/x', content }), { packages: [], problems: [] });
  });

  const broken: Record<string, unknown> = {
    'no list': {},
    'no packed text': Buffer.from('abc'),
    'a bomb': deflateSync(Buffer.alloc(20 * 1024 * 1024)),
    'a crate without a name': { packages: [{ version: '1.0.0' }] },
    'a crate that is null': { packages: [null] },
    'a name with control characters': { packages: [{ name: 'a\u001b[2J', version: '1.0.0' }] },
    'a version that is an object': { packages: [{ name: 'a', version: {} }] },
  };
  for (const [title, list] of Object.entries(broken))
    test(`${title}: is a problem and gives no package`, () => {
      const { packages, problems } = read(list);

      assert.deepEqual(packages, []);
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? '', /^[\x20-\x7e]{10,300}$/);
    });
});

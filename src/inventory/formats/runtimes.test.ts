import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { runtimes } from './runtimes.ts';

const NODE = '#define NODE_MAJOR_VERSION 20\n#define NODE_MINOR_VERSION 11\n#define NODE_PATCH_VERSION 1\n';
const KNOWN: readonly (readonly [path: string, text: string, found: string])[] = [
  ['/usr/local/include/node/node_version.h', NODE, 'node 20.11.1'],
  ['/usr/local/include/python3.12/patchlevel.h', '#define PY_VERSION      \t"3.12.1"', 'python 3.12.1'],
  ['/usr/local/include/php/main/php_version.h', '#define PHP_VERSION "8.3.2"', 'php 8.3.2'],
  ['/opt/java/openjdk/release', 'IMPLEMENTOR="X"\nJAVA_VERSION="17.0.9"\n', 'openjdk 17.0.9'],
  ['/usr/local/go/VERSION', 'go1.21.6\ntime 2024-01-09T00:00:00Z\n', 'go 1.21.6'],
];

suite('bare runtimes', () => {
  for (const [path, text, found] of KNOWN)
    test(`${found} is known by ${path}`, () => {
      assert.ok(runtimes.owns(path));
      const { packages } = runtimes.read({ path, content: Buffer.from(text) });

      assert.deepEqual(
        packages.map(({ type, name, version }) => `${type} ${name} ${version}`),
        [`generic ${found}`],
      );
    });

  test('headers of the distribution are its own', () => {
    assert.equal(runtimes.owns('/usr/include/python3.11/patchlevel.h'), false);
    assert.equal(runtimes.owns('/usr/include/node/node_version.h'), false);
  });

  test('other files of these names are nothing', () => {
    for (const [path] of KNOWN)
      for (const text of ['', 'release', '#define PY_VERSION "\u001b[2J"', 'JAVA_VERSION="x y"', 'go\u001b'])
        assert.deepEqual(runtimes.read({ path, content: Buffer.from(text) }), { packages: [], problems: [] });
  });
});

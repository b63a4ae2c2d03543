import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { FormatResult } from '../format.ts';
import { npm } from './npm.ts';

const read = (content: unknown): FormatResult =>
  npm.read({
    path: '/app/node_modules/x/package.json',
    content: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
  });

suite('npm', () => {
  test('a package is given with its licence', () => {
    assert.deepEqual(read({ name: 'left-pad', version: '1.3.0', license: 'WTFPL' }), {
      packages: [{ type: 'npm', name: 'left-pad', version: '1.3.0', licenses: ['WTFPL'] }],
      problems: [],
    });
  });

  test('a scoped package has its scope as namespace', () => {
    const [found] = read({ name: '@types/node', version: '24.0.0-beta.1+build.5' }).packages;

    assert.equal(found?.namespace, '@types');
    assert.equal(found?.version, '24.0.0-beta.1+build.5');
  });

  test('licences of all the forms that there were are read', () => {
    const licenses = (more: object) => read({ name: 'a', version: '1.0.0', ...more }).packages[0]?.licenses;

    assert.deepEqual(licenses({ license: { type: 'MIT', url: 'x' } }), ['MIT']);
    assert.deepEqual(licenses({ licenses: [{ type: 'MIT' }, 'BSD', 5, null] }), ['MIT', 'BSD']);
    assert.deepEqual(licenses({ license: '  \n' }), undefined);
    assert.deepEqual(licenses({ license: 'a\u001bb' }), ['a\\x1bb']);
  });

  test('only packages that are installed count, not what they test themselves with', () => {
    const paths = {
      '/app/node_modules/a/package.json': true,
      '/app/node_modules/@scope/a/package.json': true,
      '/app/node_modules/a/node_modules/b/package.json': true,
      '/app/node_modules/.pnpm/a@1.0.0/node_modules/a/package.json': true,
      '/usr/local/lib/node_modules/npm/package.json': true,
      '/test/node_modules/a/package.json': true,
      '/app/package.json': false,
      '/app/node_modules/a/lib/package.json': false,
      '/app/node_modules/@scope/package.json': false,
      '/app/node_modules/.bin/package.json': false,
      '/app/node_modules/a/test/fixtures/node_modules/b/package.json': false,
      '/app/node_modules/a/test/node_modules/@s/b/package.json': false,
    };
    for (const [path, isOwn] of Object.entries(paths)) assert.equal(npm.owns(path), isOwn, path);
  });

  test('a package.json that marks a folder is nothing', () => {
    assert.deepEqual(read({ type: 'module' }), { packages: [], problems: [] });
  });

  const broken: Record<string, unknown> = {
    'no JSON': '{',
    'a list': [],
    'a name that climbs': { name: '../../etc', version: '1.0.0' },
    'a name with a newline': { name: 'a\nb', version: '1.0.0' },
    'a name that is an object': { name: { toString: 'x' }, version: '1.0.0' },
    'no version': { name: 'a' },
    'a version that is none': { name: 'a', version: 'latest' },
    'a version with control characters': { name: 'a', version: '1.0.0\u0000' },
    'a number as version': { name: 'a', version: 1 },
    'nesting without end': '['.repeat(5_000_000),
    'nesting that closes': `{"name":"a","version":${'['.repeat(1e6)}${']'.repeat(1e6)}}`,
  };
  for (const [title, content] of Object.entries(broken))
    test(`${title}: is a problem and gives no package`, () => {
      const { packages, problems } = read(content);

      assert.deepEqual(packages, []);
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? '', /^[\x20-\x7e]{10,300}$/);
    });

  test('names that JavaScript has a meaning for stay names', () => {
    for (const name of ['constructor', '__proto__'])
      assert.equal(read(`{"name": "${name}", "version": "1.0.0", "__proto__": {}}`).packages[0]?.name, name);
  });
});

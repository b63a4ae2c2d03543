import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { php } from './php.ts';

const read = (content: unknown) =>
  php.read({
    path: '/app/vendor/composer/installed.json',
    content: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
  });
const MONOLOG = { name: 'monolog/monolog', version: '2.9.1', license: ['MIT'] };

suite('PHP', () => {
  test('packages are given, of both forms of the file', () => {
    const expected = {
      packages: [
        {
          type: 'composer',
          namespace: 'monolog',
          name: 'monolog/monolog',
          version: '2.9.1',
          licenses: ['MIT'],
        },
      ],
      problems: [],
    };

    assert.deepEqual(read({ packages: [MONOLOG], dev: true }), expected);
    assert.deepEqual(read([MONOLOG]), expected);
  });

  test('branches and versions with a v are versions', () => {
    for (const version of ['v5.4.0', 'dev-main', '1.0.0-RC1', 'dev-feature/x'])
      assert.equal(read([{ ...MONOLOG, version }]).packages[0]?.version, version);
  });

  test('hostile content is a problem', () => {
    const entries = [
      null,
      {},
      { ...MONOLOG, name: '../a' },
      { ...MONOLOG, name: 5 },
      { ...MONOLOG, version: 'a\u001b' },
    ];
    for (const content of ['{', '"x"', { packages: {} }, ...entries.map((entry) => [entry])]) {
      const { packages, problems } = read(content);

      assert.deepEqual(packages, []);
      assert.equal(problems.length, 1, JSON.stringify(content));
      assert.match(problems[0] ?? '', /^[\x20-\x7e]{10,200}$/);
    }
  });

  test('a long name takes no long time', { timeout: 10_000 }, () => {
    assert.deepEqual(read([{ ...MONOLOG, name: `${'a-'.repeat(500_000)}/` }]).packages, []);
    assert.deepEqual(read([{ ...MONOLOG, name: `${'a'.repeat(190)}/!` }]).packages, []);
  });
});

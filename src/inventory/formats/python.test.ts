import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import type { FormatResult } from '../format.ts';
import { python } from './python.ts';

const read = (text: string): FormatResult =>
  python.read({ path: '/x.dist-info/METADATA', content: Buffer.from(text) });

suite('Python', () => {
  test('a package is given as it names itself', () => {
    assert.deepEqual(
      read('Metadata-Version: 2.1\nName: Zope.Interface\nVersion: 1!2.0.post1+local\n\nText'),
      {
        packages: [{ type: 'pypi', name: 'Zope.Interface', version: '1!2.0.post1+local' }],
        problems: [],
      },
    );
  });

  test('the expression is the licence before the field, and the field before the classifiers', () => {
    const licenses = (fields: string) => read(`Name: a\nVersion: 1\n${fields}\n`).packages[0]?.licenses;
    const classifiers = 'Classifier: License :: OSI Approved :: MIT License\nClassifier: Topic :: X';

    assert.deepEqual(licenses(`License-Expression: MIT\nLicense: old\n${classifiers}`), ['MIT']);
    assert.deepEqual(licenses(`License: BSD\n${classifiers}`), ['BSD']);
    assert.deepEqual(licenses(`License: UNKNOWN\n${classifiers}`), ['MIT License']);
    assert.deepEqual(licenses(`License: ${'the whole text '.repeat(20)}\n${classifiers}`), ['MIT License']);
    assert.deepEqual(licenses('Classifier: License :: OSI Approved'), undefined);
  });

  test('nothing after the first empty line is a field', () => {
    const { packages } = read('Name: real\n\nVersion: 9\nName: false\n');

    assert.deepEqual(packages, []);
  });

  test('every way of installing is found', () => {
    const paths = {
      '/usr/lib/python3/dist-packages/six-1.16.0.egg-info': true,
      '/v/lib/python3.12/site-packages/a-1.dist-info/METADATA': true,
      '/v/lib/python3.12/site-packages/a.egg-info/PKG-INFO': true,
      '/v/lib/python3.12/site-packages/a.egg/EGG-INFO/PKG-INFO': true,
      '/v/lib/python3.12/site-packages/a-1.dist-info/RECORD': false,
      '/src/PKG-INFO': false,
    };
    for (const [path, isOwn] of Object.entries(paths)) assert.equal(python.owns(path), isOwn, path);
  });

  const broken: Record<string, string> = {
    empty: '',
    'no name': 'Version: 1\n',
    'a name with control characters': 'Name: a\u001b[2J\nVersion: 1\n',
    'a name with a slash': 'Name: ../a\nVersion: 1\n',
    'no version': 'Name: a\n',
    'a version with blanks': 'Name: a\nVersion: 1 2\n',
    'a million headers': `${'X: y\n'.repeat(1e6)}Name: a\nVersion: 1\n`,
    'a line of 50 MB': `Name: ${'a'.repeat(5e7)}`,
  };
  for (const [title, text] of Object.entries(broken))
    test(`${title}: is a problem and gives no package`, () => {
      const { packages, problems } = read(text);

      assert.deepEqual(packages, []);
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? '', /^[\x20-\x7e]{10,300}$/);
    });
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLicense } from './licenses.ts';

const CASES = {
  id: ['MIT', 'apache-2.0', 'GPL-2.0-only'],
  expression: [
    'MIT OR Apache-2.0',
    '(MIT AND (BSD-3-Clause OR ISC))',
    'GPL-2.0-or-later WITH Classpath-exception-2.0',
    'LicenseRef-mine AND MIT',
    'Apache-2.0+ AND MIT',
  ],
  name: [
    '',
    'MIT License',
    'MIT OR',
    'OR MIT',
    '(MIT',
    'MIT)',
    ')MIT(',
    'MIT MIT',
    'MIT AND unknown-thing',
    'MIT or ISC',
    '()',
    'MIT () ISC',
    'constructor',
    '__proto__',
    'toString',
    `${'('.repeat(5000)}MIT`,
    `MIT${' OR MIT'.repeat(5000)}`,
  ],
} as const;

for (const kind of ['id', 'expression', 'name'] as const)
  for (const text of CASES[kind])
    test(`${JSON.stringify(text.slice(0, 60))} is read as ${kind}`, () =>
      assert.equal(readLicense(text).kind, kind));

test('an id is given in its own case', () => assert.equal(readLicense('apache-2.0').text, 'Apache-2.0'));

import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseOsRelease } from './os-release.ts';

const parse = (text: string) => parseOsRelease(Buffer.from(text));

suite('os-release', () => {
  test('every field is read, quoted or not', () => {
    const text = [
      'PRETTY_NAME="Ubuntu 24.04 \\"LTS\\""',
      "VERSION_ID='24.04'",
      'VERSION_CODENAME=noble',
      'ID=ubuntu',
      'ID_LIKE="debian linux"',
      '# ID=comment',
    ].join('\n');

    assert.deepEqual(parse(text), {
      os: { id: 'ubuntu', versionId: '24.04', codename: 'noble', prettyName: 'Ubuntu 24.04 "LTS"' },
      like: ['debian', 'linux'],
    });
  });

  test('an ID is lower-cased, and the last one counts', () => {
    assert.deepEqual(parse('ID=first\nID=Rocky\n')?.os, { id: 'rocky' });
  });

  test('without a usable ID it is nothing', () => {
    for (const text of [
      '',
      'NAME=x',
      'ID=',
      'ID="a b"',
      'ID=../../etc',
      'ID=a\u0000',
      '\uFFFD'.repeat(99),
      'ID=$(reboot)',
    ])
      assert.equal(parse(text), null, JSON.stringify(text));
  });

  test('hostile values are left out, escaped or cut', () => {
    const os = parse(`ID=debian\nVERSION_ID=12;rm\nPRETTY_NAME="\u001b[2J${'x'.repeat(9999)}"`)?.os;

    assert.equal(os?.versionId, undefined);
    assert.match(os?.prettyName ?? '', /^\\x1b\[2Jx{1,200}$/);
    assert.ok((os?.prettyName ?? '').length <= 200);
  });

  test('half-open quotes do no harm', () => {
    for (const value of ['"', "'", '"a', "'a", 'a"', '\\'])
      assert.doesNotThrow(() => parse(`ID=a\nPRETTY_NAME=${value}`));
  });
});

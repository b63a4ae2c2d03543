import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { cvesBetween, parseChangelog } from './changelog.ts';

const TEXT = `curl (7.88.1-10+deb12u5) bookworm-security; urgency=medium

  * CVE-2023-46218, CVE-2023-46219 and CVE-2023-46218; not xCVE-2023-1111
  * curl (1.0) is no heading here

 -- A B <a@example.org>  Wed, 01 Nov 2023 10:00:00 +0000

curl (7.88.1-10+deb12u4) bookworm-security; urgency=high
  * CVE-2023-38545
curl (7.88.1-10) unstable; urgency=medium
  * CVE-2022-0001
`;

test('each release has the CVE ids that its entry names, once', () => {
  assert.deepEqual(parseChangelog(TEXT), [
    { version: '7.88.1-10+deb12u5', cves: ['CVE-2023-46218', 'CVE-2023-46219'] },
    { version: '7.88.1-10+deb12u4', cves: ['CVE-2023-38545'] },
    { version: '7.88.1-10', cves: ['CVE-2022-0001'] },
  ]);
});

test('only releases after the installed one and up to the fixed one count, by Debian’s order of versions', () => {
  const entries = parseChangelog(TEXT);

  assert.deepEqual(cvesBetween(entries, { installed: '7.88.1-10+deb12u4', fixed: '7.88.1-10+deb12u5' }), [
    'CVE-2023-46218',
    'CVE-2023-46219',
  ]);
  assert.deepEqual(cvesBetween(entries, { installed: '7.88.1-10', fixed: '7.88.1-10+deb12u4' }), [
    'CVE-2023-38545',
  ]);
  assert.deepEqual(cvesBetween(entries, { installed: '7.88.1-10+deb12u5', fixed: '7.88.1-10+deb12u5' }), []);
});

test('any text is read without harm', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
      for (const { cves } of parseChangelog(`x (1) y; z\n${text}`))
        assert.equal(new Set(cves).size, cves.length);
    }),
  );
});

test('a hostile changelog costs no more than its length', () => {
  const started = performance.now();
  const entries = parseChangelog(`${'a (1) b;\nCVE-2024-0001\n'.repeat(200_000)}${'CVE-'.repeat(1_000_000)}`);

  assert.equal(entries.length, 20_000);
  assert.ok(performance.now() - started < 3000);
});

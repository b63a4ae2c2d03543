import assert from 'node:assert/strict';
import { test } from 'node:test';
import { mergeVulnerabilities } from './merge-vulnerabilities.ts';

test('records that share a name are one vulnerability, through any chain of aliases', () => {
  const one = (id: string, aliases: readonly string[], severity: 'low' | 'high', purl = 'pkg:npm/a@1') => ({
    ...{ id, aliases, severity, purl, packageName: 'a', packageVersion: '1', source: `of ${id}` },
  });
  const merged = mergeVulnerabilities([
    one('GHSA-1', ['CVE-1'], 'low'),
    { ...one('SNYK-1', ['GO-1'], 'high'), fixedVersion: '2' },
    one('CVE-2', [], 'low'),
    one('GO-1', ['CVE-1'], 'low'),
    one('CVE-1', [], 'low', 'pkg:npm/a@2'),
  ]);

  assert.deepEqual(
    merged.map(({ id, aliases, severity, fixedVersion, purl }) => [
      id,
      aliases,
      severity,
      fixedVersion,
      purl,
    ]),
    [
      ['CVE-1', ['GHSA-1', 'GO-1', 'SNYK-1'], 'high', '2', 'pkg:npm/a@1'],
      ['CVE-2', [], 'low', undefined, 'pkg:npm/a@1'],
      ['CVE-1', [], 'low', undefined, 'pkg:npm/a@2'],
    ],
  );
});

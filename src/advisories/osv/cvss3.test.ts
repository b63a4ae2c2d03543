import assert from 'node:assert/strict';
import { test } from 'node:test';
import { cvss3Score } from './cvss3.ts';
import { severityOf } from './severity.ts';

/** Published scores. Source: CVSS 3.1 examples, https://www.first.org/cvss/v3.1/examples. */
const SCORES: readonly (readonly [vector: string, score: number])[] = [
  ['CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N', 6.4],
  ['CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N', 3.1],
  ['CVSS:3.0/AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H', 7.8],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N', 7.5],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H', 9.8],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H', 10],
  ['CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N', 0],
  ['CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:F/RL:X', 9.8],
];

for (const [vector, score] of SCORES)
  test(`${vector} has the score ${score}`, () => assert.equal(cvss3Score(vector), score));

test('what is no vector has no score', () => {
  for (const text of ['', 'CVSS:3.1/', 'CVSS:2.0/AV:N', 'AV:N/AC:L', `CVSS:3.1/${'AV:N/'.repeat(1000)}`])
    assert.equal(cvss3Score(text), undefined, text.slice(0, 40));
});

test('the database’s own word comes before the score; neither gives unknown', () => {
  const cvss = [{ type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H' }];

  assert.equal(severityOf({ severity: cvss, database_specific: { severity: 'MODERATE' } }), 'medium');
  assert.equal(severityOf({ severity: cvss }), 'critical');
  assert.equal(severityOf({ severity: [{ type: 'CVSS_V4', score: 'CVSS:4.0/AV:N' }] }), 'unknown');
  assert.equal(severityOf({ severity: 7, database_specific: null }), 'unknown');
});

import type { VulnerabilitySeverity } from '../../core/vulnerability.ts';
import { listOf, objectOf } from '../untrusted-json.ts';
import { cvss3Score } from './cvss3.ts';

const WORDS: Readonly<Record<string, VulnerabilitySeverity>> = {
  low: 'low',
  moderate: 'medium',
  medium: 'medium',
  important: 'high',
  high: 'high',
  critical: 'critical',
};

/**
 * How bad a record says that it is: the database's own word, else the score of its CVSS 3 vector. CVSS 2 and 4
 * vectors alone give `unknown`. Untrusted.
 */
export function severityOf(record: Readonly<Record<string, unknown>>): VulnerabilitySeverity {
  const word = objectOf(record['database_specific'])['severity'];
  const known = typeof word === 'string' ? WORDS[word.toLowerCase()] : undefined;
  if (known !== undefined) return known;
  const scores = listOf(record['severity'], 20).flatMap((it) => {
    const { type, score } = objectOf(it);
    const value = type === 'CVSS_V3' && typeof score === 'string' ? cvss3Score(score) : undefined;
    return value === undefined ? [] : [value];
  });
  return scores.length === 0 ? 'unknown' : ratingOf(Math.max(...scores));
}

/** Source: https://www.first.org/cvss/v3.1/specification-document, table 14. */
function ratingOf(score: number): VulnerabilitySeverity {
  if (score >= 9) return 'critical';
  if (score >= 7) return 'high';
  if (score >= 4) return 'medium';
  return 'low';
}

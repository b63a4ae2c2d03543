import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAuditor } from './auditor.ts';
import { limitSuppressions } from './limit-suppressions.ts';

const TEXT =
  '# hadolint ignore=DL3007\nFROM debian:latest\n# hadolint ignore=DL3004\nRUN sudo true\nUSER 1\n';

test('only the rules that the policy names can be silenced, and the others count in the score again', async () => {
  const audit = (await createAuditor()).auditDockerfile(TEXT);
  const rules = (allowed: readonly string[]) =>
    limitSuppressions(audit, allowed).findings.map(({ rule }) => rule);

  assert.ok(!rules(['*']).includes('DL3007') && !rules(['*']).includes('DL3004'));
  assert.ok(rules(['DL3007']).includes('DL3004') && !rules(['DL3007']).includes('DL3007'));
  assert.ok(rules([]).includes('DL3007') && rules([]).includes('DL3004'));
  assert.ok(limitSuppressions(audit, []).hardening.score < audit.hardening.score);
});

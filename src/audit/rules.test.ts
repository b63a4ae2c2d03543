import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { createAuditor } from './auditor.ts';
import { applyFixes } from './fix.ts';
import { isKnownSource } from './known-sources.ts';
import type { RuleMeta } from './rule.ts';
import { DOCKERFILE_RULES } from './rules/dockerfile/index.ts';
import { SUPPRESSION_RULES } from './rules/suppression/index.ts';
import { RULES } from './rules.ts';

const REGISTRIES: readonly (readonly [folder: string, rules: readonly RuleMeta[]])[] = [
  ['dockerfile', DOCKERFILE_RULES],
  ['suppression', SUPPRESSION_RULES],
];

for (const [folder, rules] of REGISTRIES)
  test(`every rule of rules/${folder} is registered, in the order of ids, in a file of its name`, async () => {
    const files = (await readdir(join(import.meta.dirname, 'rules', folder)))
      .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== 'index.ts')
      .map((file) => file.replace(/\.ts$/, ''));
    const ids = rules.map(({ id }) => id);

    assert.deepEqual(rules.map(({ name }) => name).sort(), files.sort());
    assert.deepEqual(ids, [...ids].sort());
  });

test('ids and names are used once', () => {
  assert.equal(new Set(RULES.map(({ id }) => id)).size, RULES.length);
  assert.equal(new Set(RULES.map(({ name }) => name)).size, RULES.length);
});

for (const rule of [...DOCKERFILE_RULES, ...SUPPRESSION_RULES])
  suite(`${rule.id} ${rule.name}`, () => {
    const auditor = createAuditor({ enable: 'all' });
    const findings = (text: string) =>
      auditor.auditDockerfile(text).findings.filter((finding) => finding.rule === rule.id);

    test('says what, why and how in one line each, with known sources', () => {
      for (const line of [rule.what, rule.why, rule.fix]) assert.match(line, /^[A-Z`].*\.$/);
      for (const source of rule.sources) assert.ok(isKnownSource(source), `${source} has no known form`);
      if (rule.id.startsWith('DL')) assert.ok(rule.sources.includes(`hadolint ${rule.id}`));
    });

    for (const text of rule.bad)
      test(`reports ${JSON.stringify(text)}`, () => assert.equal(findings(text).length, 1));

    for (const text of rule.good)
      test(`accepts ${JSON.stringify(text)}`, () => assert.deepEqual(findings(text), []));

    for (const text of rule.bad.filter((example) => findings(example)[0]?.fix !== undefined))
      test(`mends ${JSON.stringify(text)} for good`, () => {
        const fixed = applyFixes(text, findings(text), { unsafe: true }).text;

        assert.notEqual(fixed, text);
        assert.deepEqual(findings(fixed), []);
      });
  });

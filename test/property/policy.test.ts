import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import '../support/fixed-seed.ts';
import { FINDING_SEVERITIES, type Finding } from '../../src/core/finding.ts';
import type { ScanResult } from '../../src/core/report.ts';
import { type Secret, VULNERABILITY_SEVERITIES, type Vulnerability } from '../../src/core/vulnerability.ts';
import { type Evidence, evaluatePolicy } from '../../src/policy/evaluate.ts';
import { formatPolicy, loadPolicy } from '../../src/policy/load.ts';
import { ACTIONS, DEFAULT_POLICY, type Policy } from '../../src/policy/policy.ts';

/** Records as JSON and YAML make them: with the ordinary prototype. */
const record = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> =>
  fc.record<T>(fields, { noNullPrototype: true });

const word = fc.constantFrom('a', 'b', 'CVE-2026-1', 'private-key', '/etc/x');
const day = fc.constantFrom('2026-01-01', '2026-11-21', '2027-12-31');
const now = fc.constantFrom(new Date('2026-06-01T00:00:00Z'), new Date('2027-06-01T00:00:00Z'));
const action = fc.constantFrom(...ACTIONS);
const findingThreshold = fc.constantFrom(...FINDING_SEVERITIES, 'never' as const);

const policy: fc.Arbitrary<Policy> = record({
  name: word,
  failOn: findingThreshold,
  onImage: findingThreshold,
  vulnerable: fc.constantFrom(...VULNERABILITY_SEVERITIES, 'never' as const),
  onlyFixable: fc.boolean(),
  secretsFail: fc.boolean(),
  notScanned: action,
  staleAdvisories: action,
  inconclusive: action,
  rules: fc.array(record({ rule: word, reason: word, until: day }), { maxLength: 3 }),
  ids: fc.array(record({ id: word, package: fc.option(word), reason: word, until: day }), {
    maxLength: 3,
  }),
  places: fc.array(record({ rule: word, location: word, reason: word, until: day }), { maxLength: 3 }),
}).map((it) => ({
  ...DEFAULT_POLICY,
  name: it.name,
  audit: { failOn: it.failOn, allowSuppressions: [], ignore: it.rules },
  vulnerabilities: { failOn: it.vulnerable, onlyFixable: it.onlyFixable, ignore: it.ids },
  secrets: { fail: it.secretsFail, ignore: it.places },
  imageChecks: { failOn: it.onImage },
  notScanned: it.notScanned,
  staleAdvisories: it.staleAdvisories,
  inventory: { inconclusive: it.inconclusive },
}));

const span = { start: { line: 1, column: 1 }, end: { line: 1, column: 2 } };
const finding: fc.Arbitrary<Finding> = record({
  rule: word,
  name: word,
  severity: fc.constantFrom(...FINDING_SEVERITIES),
  message: fc.string(),
  span: fc.constant(span),
  sources: fc.constant([]),
});
const vulnerability: fc.Arbitrary<Vulnerability> = record({
  id: word,
  aliases: fc.array(word, { maxLength: 2 }),
  severity: fc.constantFrom(...VULNERABILITY_SEVERITIES),
  packageName: word,
  packageVersion: fc.string(),
  isFixed: fc.boolean(),
}).map(({ isFixed, ...it }) => ({
  ...it,
  purl: `pkg:deb/debian/${it.packageName}`,
  source: 'test',
  ...(isFixed ? { fixedVersion: '2' } : {}),
}));
const secret: fc.Arbitrary<Secret> = record({
  rule: word,
  title: word,
  location: word,
  masked: fc.constant('****'),
});
const scan: fc.Arbitrary<ScanResult> = record({
  status: fc.constantFrom('scanned' as const, 'not-scanned' as const),
  notes: fc.array(fc.string(), { maxLength: 1 }),
  sources: fc.array(record({ name: word, dataDate: word, fetchedAt: word, isStale: fc.boolean() }), {
    maxLength: 2,
  }),
  vulnerabilities: fc.array(vulnerability, { maxLength: 40 }),
  secrets: fc.array(secret, { maxLength: 3 }),
});
const evidence = record({
  audit: record({ findings: fc.array(finding, { maxLength: 4 }) }),
  imageFindings: fc.array(finding, { maxLength: 2 }),
  inventory: record({
    status: fc.constantFrom('complete' as const, 'inconclusive' as const),
    notes: fc.constant([]),
  }),
  scan,
}) satisfies fc.Arbitrary<Evidence>;

test('one more finding, vulnerability or secret never opens a gate that was shut', () => {
  fc.assert(
    fc.property(evidence, policy, now, finding, vulnerability, secret, (known, rules, at, f, v, s) => {
      const before = evaluatePolicy(known, rules, at);
      const worse: readonly Evidence[] = [
        { ...known, audit: { findings: [...known.audit.findings, f] } },
        { ...known, imageFindings: [f, ...known.imageFindings] },
        { ...known, scan: { ...known.scan, vulnerabilities: [v, ...known.scan.vulnerabilities] } },
        { ...known, scan: { ...known.scan, secrets: [s, ...known.scan.secrets] } },
      ];

      for (const more of worse) {
        const after = evaluatePolicy(more, rules, at);
        if (before.decision === 'fail') assert.equal(after.decision, 'fail');
      }
    }),
  );
});

test('the decision is the same each time, leaves its input alone, and a refusal always has a clause', () => {
  fc.assert(
    fc.property(evidence, policy, now, (known, rules, at) => {
      const before = structuredClone({ known, rules });
      const gate = evaluatePolicy(known, rules, at);

      assert.deepEqual(evaluatePolicy(known, rules, at), gate);
      assert.deepEqual({ known, rules }, before);
      assert.equal(gate.decision === 'pass', gate.reasons.length === 0);
      for (const { clause, message } of gate.reasons) assert.ok(clause !== undefined && message !== '');
    }),
  );
});

test('a policy reads back as it was written', () => {
  fc.assert(fc.property(policy, (rules) => assert.deepEqual(loadPolicy(formatPolicy(rules)), rules)));
});

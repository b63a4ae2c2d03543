import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Finding } from '../core/finding.ts';
import type { ScanResult } from '../core/report.ts';
import type { Vulnerability } from '../core/vulnerability.ts';
import { evaluateAudit, evaluatePolicy } from './evaluate.ts';
import { loadPolicy } from './load.ts';
import { COMMAND_LINE_POLICY, DEFAULT_POLICY, STRICT_POLICY } from './policy.ts';

const NOW = new Date('2026-11-21T12:00:00Z');

const finding: Finding = {
  rule: 'DL3002',
  name: 'last-user-not-root',
  severity: 'error',
  message: 'The last USER is root.',
  span: { start: { line: 7, column: 1 }, end: { line: 7, column: 10 } },
  sources: [],
};

const vulnerability: Vulnerability = {
  id: 'CVE-2026-1',
  aliases: ['DSA-1'],
  severity: 'high',
  packageName: 'libssl3',
  packageVersion: '3.0.1',
  purl: 'pkg:deb/debian/libssl3@3.0.1',
  fixedVersion: '3.0.2',
  source: 'test',
};

const clean: ScanResult = {
  status: 'scanned',
  notes: [],
  sources: [],
  vulnerabilities: [],
  secrets: [],
};

test('an image against which nothing is known passes, and the report names the policy', () => {
  const gate = evaluatePolicy({ audit: { findings: [] }, scan: clean }, DEFAULT_POLICY, NOW);

  assert.equal(gate.decision, 'pass');
  assert.equal(gate.policy.name, 'default');
  assert.match(gate.policy.digest, /^sha256:[0-9a-f]{64}$/);
});

test('a finding of the threshold refuses the Dockerfile with clause and line', () => {
  const reasons = evaluateAudit({ findings: [finding] }, DEFAULT_POLICY, NOW);

  assert.deepEqual(reasons, [
    {
      code: 'audit-refused',
      stage: 'audit',
      message: 'DL3002: The last USER is root.',
      clause: 'audit.failOn=error',
      line: 7,
    },
  ]);
});

test('a milder finding passes by default and not by the strict policy', () => {
  const audit = { findings: [{ ...finding, severity: 'warning' as const }] };

  assert.deepEqual(evaluateAudit(audit, DEFAULT_POLICY, NOW), []);
  assert.equal(evaluateAudit(audit, STRICT_POLICY, NOW).length, 1);
});

test('a vulnerability that has a fix closes the gate and says what mends it', () => {
  const scan = { ...clean, vulnerabilities: [vulnerability] };
  const { decision, reasons } = evaluatePolicy({ scan }, DEFAULT_POLICY, NOW);

  assert.equal(decision, 'fail');
  assert.deepEqual(reasons, [
    {
      code: 'vulnerable',
      stage: 'gate',
      message: 'CVE-2026-1 (high) in libssl3 3.0.1: fixed in 3.0.2.',
      clause: 'vulnerabilities.failOn=high',
    },
  ]);
});

test('a vulnerability without a fix, or of lower severity, is let pass with a warning; strict lets none', () => {
  const { fixedVersion: _, ...unfixed } = vulnerability;
  for (const one of [unfixed, { ...vulnerability, severity: 'unknown' as const }]) {
    const scan = { ...clean, vulnerabilities: [one] };
    const gate = evaluatePolicy({ scan }, DEFAULT_POLICY, NOW);

    assert.equal(gate.decision, 'pass');
    assert.match(gate.warnings[0]?.message ?? '', /1 known vulnerability/);
    assert.equal(evaluatePolicy({ scan }, STRICT_POLICY, NOW).decision, 'fail');
  }
});

test('an exception counts through its last day, by alias and package, and its end is said', () => {
  const policy = loadPolicy(
    'vulnerabilities: {ignore: [{id: DSA-1, package: libssl3, reason: not reachable, until: 2026-11-21}]}',
  );
  const scan = { ...clean, vulnerabilities: [vulnerability] };
  const other = { ...clean, vulnerabilities: [{ ...vulnerability, packageName: 'openssl' }] };

  assert.equal(evaluatePolicy({ scan }, policy, new Date('2026-11-21T23:59:59Z')).decision, 'pass');
  assert.equal(evaluatePolicy({ scan: other }, policy, NOW).decision, 'fail');
  const late = evaluatePolicy({ scan }, policy, new Date('2026-11-22T00:00:00Z'));
  assert.equal(late.decision, 'fail');
  assert.match(late.warnings[0]?.message ?? '', /DSA-1 ended on 2026-11-21/);
});

test('what was not scanned fails in the service and warns on the command line', () => {
  const scan = { ...clean, status: 'not-scanned' as const, notes: ['No source covers it.'] };

  const service = evaluatePolicy({ scan }, DEFAULT_POLICY, NOW);
  const command = evaluatePolicy({ scan }, COMMAND_LINE_POLICY, NOW);

  assert.equal(service.reasons[0]?.code, 'not-scanned');
  assert.equal(service.reasons[0]?.clause, 'notScanned=fail');
  assert.equal(command.decision, 'pass');
  assert.equal(command.warnings[0]?.code, 'not-scanned');
});

test('an inventory that is inconclusive never passes by default', () => {
  const inventory = { status: 'inconclusive' as const, notes: ['/var/lib/dpkg/status is gone.'] };

  assert.equal(
    evaluatePolicy({ inventory, scan: clean }, DEFAULT_POLICY, NOW).reasons[0]?.code,
    'inventory-inconclusive',
  );
});

test('old advisory data is told, and refused by the strict policy', () => {
  const source = { name: 'debian', dataDate: '2026-01-01T00:00:00Z', fetchedAt: '', isStale: true };
  const scan = { ...clean, sources: [source] };

  assert.match(evaluatePolicy({ scan }, DEFAULT_POLICY, NOW).warnings[0]?.message ?? '', /2026-01-01/);
  assert.equal(evaluatePolicy({ scan }, STRICT_POLICY, NOW).decision, 'fail');
});

test('a secret closes the gate unless just this one is excepted', () => {
  const secret = { rule: 'private-key', title: 'Private key', location: '/k.pem', line: 1, masked: '****' };
  const scan = { ...clean, secrets: [secret] };
  const policy = loadPolicy(
    'secrets: {ignore: [{rule: private-key, location: /k.pem, reason: test key, until: 2027-01-01}]}',
  );

  assert.match(
    evaluatePolicy({ scan }, DEFAULT_POLICY, NOW).reasons[0]?.message ?? '',
    /Private key in \/k\.pem:1/,
  );
  assert.equal(evaluatePolicy({ scan }, policy, NOW).decision, 'pass');
  const elsewhere = { ...clean, secrets: [{ ...secret, location: '/other.pem' }] };
  assert.equal(evaluatePolicy({ scan: elsewhere }, policy, NOW).decision, 'fail');
});

test('a wrong configuration of the image is refused by its own clause', () => {
  const gate = evaluatePolicy({ imageFindings: [{ ...finding, rule: 'DI0001' }] }, DEFAULT_POLICY, NOW);

  assert.equal(gate.reasons[0]?.code, 'image-refused');
  assert.equal(gate.reasons[0]?.clause, 'imageChecks.failOn=error');
});

test('ten thousand vulnerabilities give a bounded list that says how many more there are', () => {
  const vulnerabilities = Array.from({ length: 10_000 }, (_, index) => ({
    ...vulnerability,
    id: `CVE-2026-${index}`,
  }));
  const { reasons } = evaluatePolicy({ scan: { ...clean, vulnerabilities } }, DEFAULT_POLICY, NOW);

  assert.equal(reasons.length, 26);
  assert.match(reasons.at(-1)?.message ?? '', /9975 known vulnerabilities more/);
});

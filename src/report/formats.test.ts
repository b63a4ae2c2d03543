import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from '../core/digest.ts';
import type { JobReport } from '../core/report.ts';
import type { AuditDocument } from './document.ts';
import { FORMATS, renderAudit, renderJob } from './formats.ts';
import { ANSI, PLAIN } from './paint.ts';

const HOSTILE = `x\x1b]0;owned\x07\n::error::forged\u202e<script>alert(1)</script>|@all"'&%0A`;
const span = { start: { line: 2, column: 5 }, end: { line: 2, column: 10 } };

const document: AuditDocument = {
  version: '1.2.3',
  rules: new Map([
    [
      'DL3002',
      {
        id: 'DL3002',
        name: 'no-root',
        severity: 'warning',
        what: 'w',
        why: 'Because.',
        fix: 'Do it.',
        sources: [],
      },
    ],
  ]),
  files: [
    {
      path: 'a/Dockerfile',
      text: `FROM x\nUSER\troot ${HOSTILE}\n`,
      findings: [
        {
          rule: 'DL3002',
          name: 'no-root',
          severity: 'warning',
          message: HOSTILE,
          span,
          sources: ['hadolint DL3002'],
          fix: { safe: true, edits: [{ span, text: '1000' }] },
        },
      ],
      hardening: { score: 84, lynisPenalty: 0.1 },
      unchecked: ['RUN bodies by ShellCheck: it is not installed'],
    },
  ],
};

const report: JobReport = {
  version: 1,
  drydock: '1.2.3',
  job: { id: 'x', name: HOSTILE, attempt: 1 },
  verdict: {
    status: 'failed',
    reasons: [{ code: 'build-failed', stage: 'build', message: HOSTILE, line: 2 }],
    warnings: [HOSTILE],
  },
  performance: null,
  hardening: { score: 84, lynisPenalty: 0 },
  startedAt: '2026-01-01T00:00:00.000Z',
  finishedAt: '2026-01-01T00:00:01.000Z',
  steps: [{ name: 'build', status: 'failed', durationMs: 1234, summary: HOSTILE }],
  payload: null,
  audit: {
    findings: document.files[0]?.findings ?? [],
    hardening: { score: 84, lynisPenalty: 0 },
    unchecked: [],
  },
  build: {
    status: 'failed',
    image: null,
    sizeBytes: null,
    network: 'none',
    isolation: null,
    bases: [
      {
        named: 'ubuntu:latest',
        used: 'debian:12',
        digest: digestOf('x'),
        origin: 'x',
        isSubstituted: true,
        line: 1,
      },
    ],
  },
  inventory: null,
  scan: {
    status: 'not-scanned',
    notes: [HOSTILE],
    sources: [],
    vulnerabilities: [],
    secrets: [{ rule: 'private-key', title: HOSTILE, location: HOSTILE, masked: '****' }],
  },
  gate: null,
  run: null,
};

for (const format of FORMATS) {
  test(`${format}: untrusted text stays text, and its escapes never reach a terminal`, () => {
    for (const text of [
      renderAudit(document, format, PLAIN),
      renderJob(report, format, { path: 'Dockerfile', text: 'FROM x\n\n', rules: new Map(), paint: PLAIN }),
    ]) {
      assert.ok(!text.includes('\x1b') && !text.includes('\x07'));
      assert.doesNotMatch(text, /^::error::forged/m);
      if (format !== 'json' && format !== 'sarif') assert.doesNotMatch(text, /\u202e/);
      if (format === 'html' || format === 'markdown' || format === 'junit')
        assert.doesNotMatch(text, /<script/);
    }
  });
}

test('text shows the place, underlines the span below it, and says why, how and what was not checked', () => {
  const text = renderAudit(document, 'text', PLAIN);

  assert.match(text, /^a\/Dockerfile:2:5 {2}warning {2}DL3002 no-root$/m);
  assert.match(text, / {4}2 │ USER\troot/);
  assert.match(text, /│ {5}\^{5}$/m);
  assert.match(text, /why {2}Because\./);
  assert.match(text, /--fix mends it/);
  assert.match(text, /not checked {2}RUN bodies/);
  assert.match(text, /1 file audited: 0 errors, 1 warnings, 0 notes\. Hardening 84 of 100\./);
});

test('the JSON of an audit is the contract, version 1', () => {
  const parsed = JSON.parse(renderAudit(document, 'json', ANSI));

  assert.equal(parsed.version, 1);
  assert.deepEqual(parsed.files[0].findings[0].span, span);
  assert.deepEqual(Object.keys(parsed.files[0].findings[0]).sort(), [
    'fix',
    'message',
    'name',
    'rule',
    'severity',
    'sources',
    'span',
  ]);
});

test('a job as text names the substitution, the missing scan, the reason and the verdict', () => {
  const text = renderJob(report, 'text', { path: 'Dockerfile', text: null, rules: new Map(), paint: PLAIN });

  assert.match(text, /line 1: FROM ubuntu:latest was built on debian:12 instead/);
  assert.match(text, /NOT SCANNED/);
  assert.match(text, /build-failed \(build, line 2\)/);
  assert.match(text, /^FAILED {2}performance none, hardening 84 of 100$/m);
});

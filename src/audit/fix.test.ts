import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Edit, Finding } from '../core/finding.ts';
import { createAuditor } from './auditor.ts';
import { applyFixes, fixUntilStable } from './fix.ts';

function finding(edits: readonly Edit[], safe = true): Finding {
  const span = edits[0]?.span ?? { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };
  return { rule: 'DD1', name: 'x', severity: 'info', message: 'x', span, sources: [], fix: { safe, edits } };
}

function edit(line: number, from: number, to: number, text: string): Edit {
  return { span: { start: { line, column: from }, end: { line, column: to } }, text };
}

test('edits are applied at their places and line ends are kept', () => {
  const fixed = applyFixes(
    'ab\r\ncd\r\n',
    [finding([edit(2, 1, 3, 'x\ny')]), finding([edit(1, 2, 2, '-')])],
    {
      unsafe: false,
    },
  );

  assert.equal(fixed.text, 'a-b\r\nx\r\ny\r\n');
  assert.equal(fixed.applied.length, 2);
});

test('of two fixes that overlap the first is applied and the second is left out whole', () => {
  const fixed = applyFixes(
    'abcdef\n',
    [finding([edit(1, 2, 4, 'X')]), finding([edit(1, 1, 1, '!'), edit(1, 3, 5, 'Y')])],
    { unsafe: false },
  );

  assert.equal(fixed.text, 'aXdef\n');
  assert.deepEqual([fixed.applied.length, fixed.skipped.length], [1, 1]);
});

test('an unsafe fix is applied only when asked for', () => {
  const findings = [finding([edit(1, 1, 2, 'X')], false)];

  assert.equal(applyFixes('ab', findings, { unsafe: false }).text, 'ab');
  assert.equal(applyFixes('ab', findings, { unsafe: true }).text, 'Xb');
});

test('a place behind the end of the text is its end', () => {
  assert.equal(applyFixes('ab', [finding([edit(9, 9, 9, '!')])], { unsafe: false }).text, 'ab!');
});

test('fixes that make room for one another are all applied, and mending again changes nothing', () => {
  const auditor = createAuditor();
  const audit = (text: string) => auditor.auditDockerfile(text).findings;
  const text = 'FROM ubuntu:24.04\nCMD echo ʻ{“perf”:0.99}ʼ > /data/perf.json\n';

  const fixed = fixUntilStable(text, audit, { unsafe: false });

  assert.equal(
    fixed.text,
    `FROM ubuntu:24.04\nCMD ["/bin/sh", "-c", "echo '{\\"perf\\":0.99}' > /data/perf.json"]\n`,
  );
  assert.deepEqual(
    fixed.applied.map(({ rule }) => rule),
    ['DD1401', 'DL3025'],
  );
  assert.equal(fixUntilStable(fixed.text, audit, { unsafe: false }).text, fixed.text);
});

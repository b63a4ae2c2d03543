import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { suite, test } from 'node:test';
import { isDrydockError } from '../core/errors.ts';
import { type AuditorOptions, createAuditor } from './auditor.ts';

function audit(text: string, options: AuditorOptions = {}) {
  return createAuditor(options).auditDockerfile(text);
}

const rules = (findings: readonly { readonly rule: string }[]) => findings.map(({ rule }) => rule);

test("the seed's own example has warnings and no errors, and its quotes can be mended", () => {
  const { findings } = audit(
    'FROM ubuntu:latest\n# train machine learning model\n# save performances\nCMD echo ʻ{“perf”:0.99}ʼ > /data/perf.json\n',
  );

  assert.deepEqual(rules(findings), ['DD1001', 'DL3007', 'DL3025', 'DD1401']);
  assert.ok(findings.every(({ severity }) => severity === 'warning'));
  assert.equal(findings.find(({ rule }) => rule === 'DD1401')?.fix?.safe, true);
});

test('findings come sorted by place', () => {
  const { findings } = audit('FROM debian\nRUN sudo cd x\nRUN cd y\nMAINTAINER z\n');

  const places = findings.map(({ span }) => span.start.line * 1_000 + span.start.column);
  assert.deepEqual(
    places,
    [...places].sort((a, b) => a - b),
  );
});

suite('options', () => {
  test('enable takes a list, disable wins, severities replace', () => {
    const text = 'FROM debian:latest\nRUN cd x\n';

    assert.deepEqual(rules(audit(text, { enable: ['DL3007'] }).findings), ['DL3007']);
    assert.ok(!rules(audit(text, { enable: 'all', disable: ['DL3007'] }).findings).includes('DL3007'));
    const [finding] = audit(text, { enable: ['DL3007'], severities: { DL3007: 'error' } }).findings;
    assert.equal(finding?.severity, 'error');
  });

  test('a rule that does not exist is wrong use', () => {
    assert.throws(
      () => createAuditor({ disable: ['DL9999'] }),
      (error) => isDrydockError(error, 'usage-invalid'),
    );
  });
});

suite('suppressions', () => {
  const text = '# hadolint ignore=DL3007,DL3002\nFROM debian:latest\nUSER root\n';

  test('a comment silences the instruction below it and nothing else', () => {
    const { findings, suppressed } = audit(text);

    assert.deepEqual(rules(suppressed), ['DL3007']);
    assert.ok(rules(findings).includes('DL3002'));
  });

  test("a stranger's comments silence nothing when they do not bind", () => {
    const { findings, suppressed } = audit(text, { suppressions: 'ignore' });

    assert.ok(rules(findings).includes('DL3007'));
    assert.deepEqual(suppressed, []);
  });

  test('global and stage comments reach as far as they say', () => {
    const global = audit('FROM debian:latest\n# hadolint global ignore=DL3007\nFROM debian:latest\nUSER 1\n');
    const stage = audit(
      '# hadolint stage ignore=DL3000\nFROM debian:12\nWORKDIR a\nFROM debian:12\nWORKDIR b\n',
    );

    assert.equal(global.suppressed.length, 2);
    assert.deepEqual(
      stage.findings.filter(({ rule }) => rule === 'DL3000').map(({ span }) => span.start.line),
      [5],
    );
  });

  test('a comment between the lines of an instruction speaks of that instruction', () => {
    const { suppressed } = audit(
      'FROM debian:12\nRUN a && \\\n  # hadolint ignore=DL3004\n  sudo b\nUSER 1\n',
    );

    assert.deepEqual(rules(suppressed), ['DL3004']);
  });

  test('that the file can not be read is never silenced', () => {
    const { findings } = audit('# hadolint global ignore=DL1000\nFROM debian:12\nFOO\n');

    assert.ok(rules(findings).includes('DL1000'));
  });

  test('a suppression binds until its date, that day included', () => {
    const dated = '# drydock ignore=DL3007 reason="x" until=2026-05-01\nFROM debian:latest\nUSER 1\n';
    const at = (day: string) => audit(dated, { now: () => new Date(`${day}T12:00:00Z`) });

    assert.deepEqual(rules(at('2026-05-01').findings), []);
    assert.deepEqual(rules(at('2026-05-02').findings), ['DD1902', 'DL3007']);
  });
});

suite('what was not checked is said', () => {
  for (const [text, said] of [
    ['FROM a:1\nSHELL ["pwsh", "-c"]\nRUN Get-X | Y\nUSER 1\n', /line 3: the shell text of RUN is for pwsh/],
    ['FROM a:1\nRUN <<EOF\n#!/usr/bin/python3\nx\nEOF\nUSER 1\n', /is for python3/],
    ['FROM a:1\nRUN echo "x\nUSER 1\n', /line 2: the shell text of RUN could not be read/],
    [`FROM a:1\n${'WORKDIR x\n'.repeat(300)}USER 1\n`, /100 more findings of DL3000/],
  ] as const)
    test(JSON.stringify(text.slice(0, 40)), () => {
      const { unchecked } = audit(text);

      assert.equal(unchecked.length, 1);
      assert.match(unchecked[0] ?? '', said);
    });
});

test('every file of this folder keeps to plain data: auditing twice gives the same', async () => {
  const auditor = createAuditor({ enable: 'all' });
  const text = await readFile(new URL('./auditor.test.ts', import.meta.url), 'utf8');

  const once = auditor.auditDockerfile(text);
  const twice = auditor.auditDockerfile(text);

  assert.deepEqual(twice.findings, once.findings);
});

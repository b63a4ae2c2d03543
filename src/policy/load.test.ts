import assert from 'node:assert/strict';
import { test } from 'node:test';
import Ajv2020 from 'ajv/dist/2020.js';
import { MAX_RUN_LIMITS } from '../core/limits.ts';
import { formatPolicy, loadPolicy } from './load.ts';
import { COMMAND_LINE_POLICY, DEFAULT_POLICY, PRESETS, STRICT_POLICY } from './policy.ts';
import { POLICY_SCHEMA } from './policy-shape.ts';

const REFUSED: readonly (readonly [why: string, text: string, message: RegExp])[] = [
  ['an unknown key', 'vulnerabilites: {}', /no "vulnerabilites"\. Did you mean vulnerabilities\?/],
  ['an unknown key inside', 'audit: {failon: error}', /audit has no "failon"\. Did you mean failOn\?/],
  ['a word that is none of them', 'notScanned: wran', /notScanned .* Did you mean warn\?/],
  ['another type', 'secrets: {fail: "yes"}', /secrets\.fail .* true or false, got "yes"/],
  [
    'an exception without a reason',
    'audit: {ignore: [{rule: DL3008, until: 2026-12-31}]}',
    /ignore\[0\]\.reason/,
  ],
  ['an exception without an end', 'audit: {ignore: [{rule: DL3008, reason: x}]}', /ignore\[0\]\.until/],
  [
    'a day that is no day',
    'audit: {ignore: [{rule: a, reason: x, until: soon}]}',
    /until .* a day like 2026-12-31/,
  ],
  ['a limit beyond the maximum', 'run: {limits: {timeoutMs: 86400000}}', /run\.limits\.timeoutMs .* 1500000/],
  ['a limit below zero', 'run: {limits: {pids: -1}}', /run\.limits\.pids/],
  ['a limit that is no number', 'build: {limits: {memoryBytes: .nan}}', /build\.limits\.memoryBytes/],
  ['a key given twice', 'name: a\nname: b', /must be unique/],
  ['an alias', 'name: &a x\naudit: *a', /without YAML aliases/],
  ['a tag', 'name: !!js/function x', /tag/],
  ['something that is no mapping', '- a', /a mapping/],
  ['another version', 'version: 2', /version .* 1, got 2/],
  ['an unknown preset', 'extends: strickt', /Did you mean strict\?/],
  ['a text that is too long', `name: ${'a'.repeat(300_000)}`, /262144 characters/],
  ['a prototype as a key', '__proto__: {notScanned: allow}', /no "__proto__"/],
];

for (const [why, text, message] of REFUSED)
  test(`refuses ${why}`, () => {
    assert.throws(() => loadPolicy(text), { name: 'DrydockError', code: 'policy-invalid', message });
  });

test('an empty file is the built-in policy', () => {
  assert.equal(loadPolicy(''), DEFAULT_POLICY);
  assert.equal(loadPolicy('# nothing yet\n', COMMAND_LINE_POLICY), COMMAND_LINE_POLICY);
});

test('what a file leaves out comes from the preset that it extends', () => {
  const policy = loadPolicy('extends: strict\nname: ours\nrun: {limits: {pids: 64}}');

  assert.deepEqual(policy, {
    ...STRICT_POLICY,
    name: 'ours',
    run: { ...STRICT_POLICY.run, limits: { ...STRICT_POLICY.run.limits, pids: 64 } },
  });
});

test('a file may raise a limit to the hard maximum', () => {
  const { timeoutMs } = MAX_RUN_LIMITS;

  assert.equal(loadPolicy(`run: {limits: {timeoutMs: ${timeoutMs}}}`).run.limits.timeoutMs, timeoutMs);
});

test('every preset reads back as it was written', () => {
  for (const preset of Object.values(PRESETS)) assert.deepEqual(loadPolicy(formatPolicy(preset)), preset);
});

test('an exception without a package reads back as it was written', () => {
  const text = 'vulnerabilities: {ignore: [{id: CVE-2026-1, reason: not reachable, until: 2026-12-31}]}';
  const policy = loadPolicy(text);

  assert.equal(policy.vulnerabilities.ignore[0]?.package, null);
  assert.deepEqual(loadPolicy(formatPolicy(policy)), policy);
});

test('the published schema takes the presets and refuses what the reader refuses', () => {
  const validate = new Ajv2020.default({ strict: false }).compile(POLICY_SCHEMA);

  for (const preset of Object.values(PRESETS)) assert.ok(validate(preset), JSON.stringify(validate.errors));
  assert.ok(validate({ extends: 'strict' }));
  assert.equal(validate({ notScanned: 'wran' }), false);
  assert.equal(validate({ unknown: 1 }), false);
});

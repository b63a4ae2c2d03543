import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAuditor } from './auditor.ts';

const auditor = createAuditor();
const hardening = (text: string) => auditor.auditDockerfile(text).hardening;

test('a file without findings has 100, and errors weigh more than warnings', () => {
  const clean = hardening('FROM debian:12\nUSER 1000\nCMD ["x"]\n').score;
  const warned = hardening('FROM debian:latest\nUSER 1000\nCMD ["x"]\n').score;
  const wrong = hardening('FROM debian:12\nUSER 1000\nWORKDIR /proc\nCMD ["x"]\n').score;

  assert.equal(clean, 100);
  assert.ok(warned < clean);
  assert.ok(wrong < warned);
});

test('one habit repeated weighs at most twice', () => {
  const once = hardening('FROM debian:12\nRUN cd x\nUSER 1000\n').score;
  const often = hardening(`FROM debian:12\n${'RUN cd x && y\n'.repeat(150)}USER 1000\n`).score;

  assert.equal(once, 88);
  assert.equal(often, 78);
});

test("Lynis's penalty is a tenth for each of its warnings, and one more for root", () => {
  const example = 'FROM ubuntu:latest\n# train machine learning model\n# save performances\nCMD echo x\n';

  assert.equal(hardening(example).lynisPenalty, 1.4);
  assert.equal(
    hardening('FROM debian:12\nLABEL maintainer=x\nUSER 1000\nENTRYPOINT ["a"]\nCMD ["b"]\n').lynisPenalty,
    0,
  );
});

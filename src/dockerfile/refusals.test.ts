import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { parseDockerfile } from './parse.ts';
import { findRefusals } from './refusals.ts';

const refusals = (text: string) => findRefusals(parseDockerfile(text), { platform: 'linux/amd64' });
const codes = (text: string) => refusals(text).map(({ code }) => code);

suite('refused', () => {
  for (const [text, code] of [
    ['# syntax=evil/frontend\nFROM a', 'frontend'],
    ['# syntax=docker/dockerfile:1-labs\nFROM a', 'frontend'],
    ['// syntax=evil/frontend\nFROM a', 'frontend'],
    ['# escape=`\nFROM a', 'escape'],
    ['FROM a\nRUN echo \u202e', 'invisible-character'],
    ['FROM a\nRUN ec\u200bho', 'invisible-character'],
    ['FROM a\nRUN a\rRUN b', 'invisible-character'],
    ['FROM a\nRUN \x1b]0;x', 'invisible-character'],
    ['FROM a\nFOO', 'unreadable'],
    ['FROM a\nONBUILD RUN b', 'instruction'],
    ['FROM a\nRUN --mount=type=cache,target=/x b', 'flag'],
    ['FROM a\nRUN --mount=type=bind,from=b,source=/,rw c', 'flag'],
    ['FROM a\nRUN --network=host b', 'flag'],
    ['FROM a\nRUN --security=insecure b', 'flag'],
    ['FROM a\nRUN --device=x b', 'flag'],
    ['FROM a\nRUN "--mount=x" --network=none b', null],
    ['FROM a\nCOPY --parents x y', 'flag'],
    ['FROM a\nCOPY --chmod=$(id) x y', 'flag'],
    ['FROM a\nCOPY --from=nginx:latest x y', 'stage'],
    ['FROM a AS b\nCOPY --from=b x y', 'stage'],
    ['FROM a AS b\nCOPY --from=$x x y', 'stage'],
    ['FROM a\nCOPY --from=1 x y\nFROM a', 'stage'],
    ['FROM --platform=linux/s390x a', 'flag'],
    ['FROM docker-archive:/etc/passwd', 'image'],
    ['FROM oci:/x', 'image'],
    ['ARG B=containers-storage:x\nFROM $B', 'image'],
    ['FROM $B', 'image'],
    ['FROM a AS 0x', 'stage'],
    ['RUN x\nFROM a', 'stage'],
    ['FROM a\nADD https://x/y /z', 'remote-source'],
    ['FROM a\nADD git@github.com:x/y.git /z', 'remote-source'],
    ['FROM a\nENV U=https://x/y\nADD $U /z', 'remote-source'],
    ['FROM a\nADD ["https://x/y", "/z"]', 'remote-source'],
    ['FROM a\nADD $UNKNOWN /z', 'remote-source'],
    ['FROM a\nWORKDIR /proc/self/fd/8', 'system-path'],
    ['FROM a\nENV D=/proc\nWORKDIR $D/self/fd/8', 'system-path'],
    ['FROM a\nWORKDIR /x\nWORKDIR ../proc/self', 'system-path'],
    ['FROM a\nWORKDIR //proc', 'system-path'],
    ['FROM a\nWORKDIR "/pr"oc', 'system-path'],
    [`FROM a\nWORKDIR \${X:-/proc}/self`, 'system-path'],
    [`FROM a\nWORKDIR \${X#y}`, 'system-path'],
    ['FROM a\nCOPY x /sys/y', 'system-path'],
    ['FROM a\nVOLUME ["/dev"]', 'system-path'],
    ['FROM a\nCOPY <<E /x\ny\nE', 'heredoc'],
    ['FROM a\nRUN <<E\n#!/usr/bin/python3\nx\nE', 'heredoc'],
    ['FROM a\nRUN b \\\\', 'rendering'],
    ['FROM a\nRUN -- --mount=x', 'rendering'],
    ['FROM a\nENV A$B=c', 'rendering'],
    [`FROM a\nRUN ${'x \\\n'.repeat(40_000)}`, 'rendering'],
  ] as const)
    test(JSON.stringify(text.slice(0, 70)), () => {
      if (code === null) assert.deepEqual(codes(text), []);
      else assert.ok(codes(text).includes(code), `got ${JSON.stringify(refusals(text))}`);
    });
});

suite('built', () => {
  for (const text of [
    '# syntax=docker/dockerfile:1.7\nFROM ubuntu:latest\n# save\nCMD echo ʻ{“perf”:0.99}ʼ > /data/perf.json\n',
    `ARG V=12\nFROM --platform=linux/amd64 debian:\${V} AS build\nARG D=/app\nWORKDIR $D\nCOPY . .\nRUN a && b\nFROM build\nCOPY --from=build --chown=1000:1000 --chmod=755 --link /a /b\nUSER 1000\nHEALTHCHECK --interval=5s --retries=3 CMD ["x"]\nENTRYPOINT ["x"]\n`,
    'FROM a\r\nRUN <<EOF\r\nx\r\nEOF\r\nADD file.tar.gz /x/\r\nEXPOSE 80/tcp\r\n',
    'FROM scratch\nLABEL "a b"="c"\nSTOPSIGNAL SIGINT\nVOLUME /data\nSHELL ["/bin/bash", "-c"]\n',
  ])
    test(JSON.stringify(text.slice(0, 60)), () => assert.deepEqual(refusals(text), []));
});

test('the list of refusals is bounded', () => {
  assert.equal(refusals(`FROM a\n${'FOO\n'.repeat(5_000)}`).length, 50);
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAuditor } from './auditor.ts';

const auditor = createAuditor({ enable: ['DL3008'] });
const messages = (text: string) =>
  auditor.auditDockerfile(`FROM debian:12\n${text}\n`).findings.map(({ message }) => message);

test('packages without a version are named, and counted behind the third', () => {
  assert.deepEqual(messages('RUN apt-get install a b=1 c d e'), [
    'No version is given for a, c, d and 1 more.',
  ]);
});

test('a variable counts with its value, and is left alone when nobody knows that', () => {
  assert.deepEqual(messages('ENV P="a b=1"\nRUN apt-get install $P'), ['No version is given for a.']);
  assert.deepEqual(messages('ARG P\nRUN apt-get install $P $(cat list) "$Q"'), []);
});

test('a long variable used thousands of times is read in bounded time', { timeout: 20_000 }, () => {
  const text = `ENV X="${'a '.repeat(40_000)}"\nRUN ${'apt-get install $X && '.repeat(7_000)}true`;

  assert.equal(messages(text).length, 200);
});

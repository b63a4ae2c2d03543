import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LogLine } from '../../core/outcome.ts';
import { createBuildLog } from './build-log.ts';

function logOf(ourSteps: number, pieces: readonly string[]) {
  const lines: LogLine[] = [];
  const log = createBuildLog(ourSteps, (line) => lines.push(line));
  for (const piece of pieces) log.push(piece);
  log.end();
  return { lines, texts: lines.map(({ text }) => text), last: log.lastLines() };
}

test('our own steps and the builder’s bookkeeping are left out, and the steps are counted without them', () => {
  const { texts } = logOf(1, [
    'Step 1/3 : FROM x',
    '\n',
    ' ---> 9e4f31044123\n',
    'Step 2/3 : LABEL org.drydock.space.a="b"',
    '\n',
    ' ---> Running in 812fc857393e\n',
    'Removing intermediate container 812fc857393e\n',
    ' ---> 3afd30ba6807\n',
    'Step 3/3 : RUN echo hi',
    '\n',
    'hi\n',
  ]);

  assert.deepEqual(texts, ['Step 1/2 : FROM x', 'Step 2/2 : RUN echo hi', 'hi']);
});

test('standard error is told from standard output', () => {
  const { lines } = logOf(0, ['out\n', '\u001b[91merr\n\u001b[0m', 'more\n']);

  assert.deepEqual(
    lines.map(({ stream, text }) => `${stream} ${text}`),
    ['stdout out', 'stderr err', 'stdout more'],
  );
});

test('a line that a program leaves unfinished is not joined with the builder’s words', () => {
  const { texts } = logOf(0, ['one ', 'piece', 'Removing intermediate container 812fc857393e\n']);

  assert.deepEqual(texts, ['one piece']);
});

test('the last lines are those of the last step, and few', () => {
  const many = Array.from({ length: 50 }, (_, index) => `line ${index}\n`);

  const { last } = logOf(0, ['before\n', 'Step 1/1 : RUN x', '\n', ...many]);

  assert.equal(last.length, 20);
  assert.equal(last.at(-1), 'line 49');
  assert.ok(!last.includes('before'));
});

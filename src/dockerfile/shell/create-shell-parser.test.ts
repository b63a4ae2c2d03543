import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDockerfile } from '../parse.ts';
import { createShellParser } from './create-shell-parser.ts';
import type { ShellScript } from './model.ts';
import { shellTextOf } from './shell-text.ts';

const parser = await createShellParser();

/** The script of the last instruction. */
function read(dockerfile: string): ShellScript {
  const instruction = parseDockerfile(dockerfile).instructions.at(-1);
  assert.ok(instruction);
  const text = shellTextOf(instruction);
  assert.ok(text.kind === 'shell', text.kind);
  return parser.parse(text.text);
}

const names = ({ commands }: ShellScript) => commands.map(({ name }) => name?.value ?? null);

test('commands carry words without quotes, assignments and redirects', () => {
  const [command] = read(`RUN A=1 cmd "b c"d\\ e $F 'g' > /out 2>&1`).commands;

  assert.equal(command?.name?.value, 'cmd');
  assert.deepEqual(
    command.args.map(({ value, isQuoted, hasExpansion }) => [value, isQuoted, hasExpansion]),
    [
      ['b cd e', true, false],
      ['$F', false, true],
      ['g', true, false],
    ],
  );
  assert.deepEqual(
    command.assignments.map(({ name, value }) => [name, value?.value]),
    [['A', '1']],
  );
  assert.deepEqual(
    command.redirects.map(({ operator, target }) => [operator, target?.value]),
    [
      ['>', '/out'],
      ['2>&', '1'],
    ],
  );
});

test('pipelines, joints and depth are told', () => {
  const { commands } = read('RUN a && b | (c; d) || e $(f)');

  assert.deepEqual(
    commands.map(({ name, joinedBy, pipeline, depth }) => [
      name?.value,
      joinedBy,
      pipeline === null ? null : `${pipeline.position} of ${pipeline.length}`,
      depth,
    ]),
    [
      ['a', null, null, 0],
      ['b', '&&', '0 of 2', 0],
      ['c', '|', '1 of 2', 1],
      ['d', ';', '1 of 2', 1],
      ['e', '||', null, 0],
      ['f', null, null, 1],
    ],
  );
});

test('commands are found in loops, conditions, functions and substitutions', () => {
  const text =
    'RUN if a; then b; else c; fi; for i in x; do d "$(e `f`)"; done; g() { h; }; while i; do j; done < k';

  assert.deepEqual(names(read(text)), ['a', 'b', 'c', 'd', 'e', 'f', 'h', 'i', 'j']);
});

test('places point into the Dockerfile across continued lines', () => {
  const { commands } = read('FROM a\nRUN one \\\n  # why\n  && two x\n');

  assert.deepEqual(commands[1]?.span, { start: { line: 4, column: 6 }, end: { line: 4, column: 11 } });
  assert.deepEqual(commands[1]?.args[0]?.span.start, { line: 4, column: 10 });
});

test('a heredoc alone is the script; behind a command it is input', () => {
  assert.deepEqual(names(read('RUN <<EOF\na\nb c\nEOF')), ['a', 'b']);
  const script = read('RUN cat <<EOF > /x && rm y\nnot a command\nEOF');
  assert.deepEqual(names(script), ['cat', 'rm']);
  assert.deepEqual(
    script.commands[0]?.redirects.map(({ operator }) => operator),
    ['<<', '>'],
  );
});

test('a heredoc for another interpreter is no shell text', () => {
  const [instruction] = parseDockerfile('RUN <<EOF\n#!/usr/bin/env python3\nprint(1)\nEOF').instructions;
  assert.ok(instruction);

  assert.deepEqual(shellTextOf(instruction), { kind: 'interpreter', name: 'python3' });
});

test('what is no shell is said to be unparsed', () => {
  assert.notEqual(read('RUN [ x').unparsed.length, 0);
  assert.notEqual(read('RUN echo "a').unparsed.length, 0);
});

for (const bait of [')', '$(', '${', '"a$(', 'a && ', 'a | ', 'case ', '<<A ', '>a', 'if a; then ', '{ '])
  test(`${JSON.stringify(bait)} repeated to 64 KiB ends in time`, () => {
    const text = bait.repeat(Math.floor(60_000 / bait.length));
    const started = performance.now();

    const script = parser.parse({ text, pieces: [{ at: 0, line: 1, column: 1 }] }, { timeoutMs: 50 });

    assert.ok(performance.now() - started < 3_000);
    assert.equal(script.kind, 'script');
  });

test('a text above 64 KiB is unparsed, not read', () => {
  const script = parser.parse({ text: 'a '.repeat(40_000), pieces: [{ at: 0, line: 1, column: 1 }] });

  assert.deepEqual([script.commands.length, script.unparsed.length], [0, 1]);
});

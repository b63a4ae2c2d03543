import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDockerfile } from '../parse.ts';
import type { ShellScript } from './model.ts';
import { parseShell } from './parse-shell.ts';
import { shellTextOf } from './shell-text.ts';

/** The script of the last instruction. */
function read(dockerfile: string): ShellScript {
  const instruction = parseDockerfile(dockerfile).instructions.at(-1);
  assert.ok(instruction);
  const text = shellTextOf(instruction);
  assert.ok(text.kind === 'shell', text.kind);
  return parseShell(text.text);
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

test('words that only look reserved, and syntax of bash, are read', () => {
  assert.deepEqual(names(read('RUN echo if then fi { } && [ -f x ] && [[ a < b && -n $c ]] && d')), [
    'echo',
    '[',
    '[[',
    'd',
  ]);
  assert.deepEqual(names(read('RUN case $x in (a|b) c;; *) d ;; esac && e')), ['c', 'd', 'e']);
  assert.deepEqual(
    names(read('RUN A=(b c) d; for ((i=0; i<3; i++)); do e; done; ((f++)); g <(h) $((1 + $(i)))')),
    ['d', 'e', 'g', 'h', 'i'],
  );
});

test('a comment ends the line, a # inside a word does not', () => {
  assert.deepEqual(names(read('RUN a#b # c && d')), ['a#b']);
  assert.deepEqual(names(read('RUN <<E\na # x\nb\nE')), ['a', 'b']);
});

for (const text of [
  'echo "a',
  "echo 'a",
  'a $(b',
  'a `b',
  'a ${b',
  'if a; then b',
  'a )',
  '} a',
  'a ;; b',
  '<',
  'a() b() c(',
])
  test(`${JSON.stringify(text)} is said to be unparsed`, () => {
    assert.equal(read(`RUN ${text}`).unparsed.length, 1);
  });

test('commands in front of what can not be read are kept', () => {
  assert.deepEqual(names(read('RUN curl x | sh && echo "a')), ['curl', 'sh', 'echo']);
});

for (const bait of [
  ')',
  '$(',
  '${',
  '$((',
  '"a$(',
  'a && ',
  'a | ',
  'case ',
  '<<A ',
  '>a',
  'if a; then ',
  '{ ',
  '`',
  '[[ ',
  'x <<A;',
])
  test(`${JSON.stringify(bait)} repeated to 250 KB is read in time`, () => {
    const text = bait.repeat(Math.floor(250_000 / bait.length));
    const started = performance.now();

    const script = parseShell({ text, pieces: [{ at: 0, line: 1, column: 1 }] });

    assert.ok(performance.now() - started < 10_000);
    assert.equal(script.kind, 'script');
  });

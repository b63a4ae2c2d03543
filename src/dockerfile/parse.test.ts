import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Span } from '../core/finding.ts';
import type { Instruction, InstructionKind, InstructionOf } from './model.ts';
import { parseDockerfile } from './parse.ts';

test('stages carry their instructions, names in lower case and the global ARGs in front', () => {
  const file = parseDockerfile('ARG V=1\nFROM debian:$V AS Build\nRUN a\nFROM build\nCMD ["b"]\n');

  assert.deepEqual(
    file.stages.map(({ index, name, instructions }) => [index, name, instructions.map(({ kind }) => kind)]),
    [
      [0, 'build', ['run']],
      [1, null, ['cmd']],
    ],
  );
  assert.equal(file.globalArgs[0]?.pairs[0]?.key, 'V');
  assert.equal(file.stages[0]?.from?.image?.value, 'debian:$V');
  assert.deepEqual(file.problems, []);
});

test('continued lines are joined without comments and empty lines, and spans point to the lines they came from', () => {
  const run = only('FROM a\nRUN apt-get \\\n  # why\n\n  install x \\ \n\t&& y\n', 'run');

  assert.equal(run.body.text, 'apt-get   install x \t&& y');
  assert.equal(show(run.span), '2:1-6:6');
});

test('a doubled backslash at the end of a line does not continue it', () => {
  const file = parseDockerfile('FROM a\nRUN echo \\\\\nRUN b\n');

  assert.deepEqual(kinds(file.instructions), ['from', 'run', 'run']);
});

test('escape=` continues lines with a backtick and leaves the backslash alone', () => {
  const file = parseDockerfile('# escape=`\nFROM a\nWORKDIR C:\\\nRUN x `\n y\n');

  assert.equal(file.escape, '`');
  assert.equal(file.instructions[1]?.body.text, 'C:\\');
  assert.equal(file.instructions[2]?.body.text, 'x  y');
});

test('CRLF line ends, a byte order mark and tabs change nothing', () => {
  const windows = parseDockerfile('\uFEFFFROM a\r\nRUN b \\\r\n\tc\r\n');

  assert.equal(windows.instructions[0]?.keyword, 'FROM');
  assert.equal(show(windows.instructions[0]?.span), '1:2-1:8');
  assert.equal(windows.instructions[1]?.body.text, 'b \tc');
  assert.deepEqual(windows.problems, []);
});

for (const [text, form] of [
  ['# syntax=evil/frontend\nFROM a', 'hash'],
  ['\uFEFF#syntax = evil/frontend\nFROM a', 'hash'],
  ['#!/usr/bin/x\n# SYNTAX=evil/frontend\nFROM a', 'hash'],
  ['  # check=skip=all\n # syntax=evil/frontend\nFROM a', 'hash'],
  ['// syntax=evil/frontend\nFROM a', 'slashes'],
  ['{"syntax": "evil/frontend"}', 'json'],
] as const)
  test(`a custom frontend is seen in ${JSON.stringify(text)}`, () => {
    const directive = parseDockerfile(text).directives.find(({ name }) => name === 'syntax');

    assert.equal(directive?.value, 'evil/frontend');
    assert.equal(directive.form, form);
  });

test('a directive behind another comment is a comment', () => {
  assert.deepEqual(parseDockerfile('# hello\n# syntax=evil/frontend\nFROM a').directives, []);
});

test('the JSON form gives its strings with their places, and text behind it is a problem', () => {
  const cmd = only('FROM a\nCMD ["a \\"b\\"", "c"]', 'cmd');

  assert.deepEqual(
    cmd.args.map(({ value, span }) => [value, show(span)]),
    [
      ['a "b"', '2:6-2:15'],
      ['c', '2:17-2:20'],
    ],
  );
  assert.equal(cmd.form, 'exec');
  assert.deepEqual(problems('FROM a\nCMD ["a"] && b'), ['invalid-json']);
  assert.deepEqual(problems('FROM a\nCMD [1]'), ['invalid-json']);
  assert.deepEqual(problems('FROM a\nRUN [ -f x ] && y'), []);
});

test('heredocs are taken with body, tab stripping and expansion; the rest of the file goes on behind them', () => {
  const file = parseDockerfile("FROM a\nRUN cat <<A > x && cat 3<<-'B'\none\nA\n\ttwo\n\tB\nCMD c\n");
  const run = file.instructions[1];

  assert.deepEqual(
    run?.heredocs.map(({ name, fileDescriptor, stripsTabs, expands, body }) => [
      name,
      fileDescriptor,
      stripsTabs,
      expands,
      body.text,
    ]),
    [
      ['A', 0, false, true, 'one\n'],
      ['B', 3, true, false, '\ttwo\n'],
    ],
  );
  assert.equal(show(run.span), '2:1-6:3');
  assert.deepEqual(kinds(file.instructions), ['from', 'run', 'cmd']);
});

test('<<< and << inside a word start no heredoc', () => {
  assert.deepEqual(kinds(parseDockerfile('FROM a\nRUN cat <<<x $((1<<2)) "<<EOF"\nCMD b').instructions), [
    'from',
    'run',
    'cmd',
  ]);
});

test('ONBUILD holds its instruction, heredocs included, and does not nest', () => {
  const onbuild = only('FROM a\nONBUILD COPY <<X /y\nb\nX\n', 'onbuild');

  assert.equal(onbuild.inner?.kind, 'copy');
  assert.equal(onbuild.inner.isTrigger, true);
  assert.equal(onbuild.heredocs.length, 1);
  assert.doesNotThrow(() => parseDockerfile('ONBUILD '.repeat(30_000)));
});

test('key=value pairs are read with quotes, escapes and the old form with a blank', () => {
  const pairs = (text: string) =>
    only(text, 'env').pairs.map(({ key, value, rawValue }) => [key, value, rawValue]);

  assert.deepEqual(pairs('ENV A="b c" D=e\\ f G='), [
    ['A', 'b c', '"b c"'],
    ['D', 'e f', 'e\\ f'],
    ['G', '', ''],
  ]);
  assert.deepEqual(pairs('ENV A b  c=d'), [['A', 'b  c=d', 'b  c=d']]);
});

test('flags are read until the first word that is none', () => {
  const copy = only('COPY --from=a --link "--chown=b c" -- --x y', 'copy');

  assert.deepEqual(
    copy.flags.map(({ name, value }) => [name, value]),
    [
      ['from', 'a'],
      ['link', null],
    ],
  );
});

for (const [text, expected] of [
  ['', ['no-instructions']],
  ['RUN a', ['no-from']],
  ['FROM a\nFOO b', ['unknown-instruction']],
  ['FROM a b', ['invalid-from']],
  ['FROM a\nRUN', ['missing-arguments']],
  ['FROM a\nRUN --privileged x', ['unknown-flag']],
  ['FROM a\nRUN <<E\nx', ['unterminated-heredoc']],
  ['FROM a\nENV A=1 B', ['invalid-pair']],
  ['FROM a\nHEALTHCHECK x', ['invalid-healthcheck']],
  ['# escape=x\nFROM a', ['invalid-directive']],
  ['# escape=`\n# escape=`\nFROM a', ['duplicate-directive']],
  [`FROM a\nRUN ${'x'.repeat(70_000)}`, ['line-too-long']],
  [`FROM a\n${'#\n'.repeat(200_000)}`, ['too-large']],
] as const)
  test(`${JSON.stringify(text.slice(0, 40))} has the problem ${expected.join()}`, () => {
    assert.deepEqual(problems(text), expected);
  });

test('the tree is frozen all the way down', () => {
  const file = parseDockerfile('FROM a\nRUN b <<E\nc\nE\n');

  const loose: string[] = [];
  const visit = (value: unknown, path: string): void => {
    if (typeof value !== 'object' || value === null) return;
    if (!Object.isFrozen(value)) loose.push(path);
    for (const [key, child] of Object.entries(value)) visit(child, `${path}.${key}`);
  };
  visit(file, 'file');

  assert.deepEqual(loose, []);
});

function only<Kind extends InstructionKind>(text: string, kind: Kind): InstructionOf<Kind> {
  const isKind = (instruction: Instruction): instruction is InstructionOf<Kind> => instruction.kind === kind;
  const found = parseDockerfile(text).instructions.find(isKind);
  assert.ok(found, `no ${kind} in ${text}`);
  return found;
}

function kinds(instructions: readonly Instruction[]): readonly InstructionKind[] {
  return instructions.map(({ kind }) => kind);
}

function problems(text: string): readonly string[] {
  return parseDockerfile(text).problems.map(({ code }) => code);
}

function show(span: Span | undefined): string {
  return span === undefined
    ? 'none'
    : `${span.start.line}:${span.start.column}-${span.end.line}:${span.end.column}`;
}

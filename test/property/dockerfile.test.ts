import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import fc from 'fast-check';
import '../support/fixed-seed.ts';
import { createAuditor } from '../../src/audit/auditor.ts';
import { fixUntilStable } from '../../src/audit/fix.ts';
import { scoreOf } from '../../src/audit/hardening.ts';
import { FINDING_SEVERITIES, type Finding, type Span } from '../../src/core/finding.ts';
import type { Dockerfile, Instruction } from '../../src/dockerfile/model.ts';
import { parseDockerfile } from '../../src/dockerfile/parse.ts';
import { findRefusals } from '../../src/dockerfile/refusals.ts';
import { renderCanonical } from '../../src/dockerfile/render.ts';
import { createScopes } from '../../src/dockerfile/scopes.ts';

const RUNS = { numRuns: 400 };
const auditor = createAuditor({ enable: 'all' });

/** Pieces that the language is made of, and that hide its edges. */
const PIECES = [
  'FROM ',
  'debian:12',
  ' AS a',
  'RUN ',
  'COPY ',
  '--from=a ',
  '--from=0 ',
  'ADD ',
  'ENV ',
  'A=b',
  '"c d"',
  "'e",
  'ARG ',
  'LABEL ',
  'USER root',
  'WORKDIR /x',
  'WORKDIR y',
  'SHELL ["/bin/bash", "-c"]',
  'CMD ["x", "y"]',
  'CMD x',
  'HEALTHCHECK CMD z',
  'ONBUILD ',
  'EXPOSE 80',
  'VOLUME /v',
  '<<EOF',
  '<<-"E2"',
  '\nEOF\n',
  '\n\tE2\n',
  '\\\n',
  '\\',
  '\r\n',
  '\n',
  '\n',
  '\n',
  '# c\n',
  '# syntax=x/y\n',
  '# escape=`\n',
  '# hadolint ignore=DL3007\n',
  '`',
  '$A',
  '$' + '{A:-b}',
  ' ',
  '\t',
  '&& ',
  '| ',
  'sudo cd x',
  'apt-get install x ',
  '[',
  ']',
  '["',
  '{',
  ')',
  '“',
  '”',
  '\u202e',
  '\uFEFF',
  '\0',
  '🚀',
  '--',
  '=',
  '\u00a0',
];
const anyText = fc.oneof(
  fc.array(fc.constantFrom(...PIECES), { maxLength: 60 }).map((parts) => parts.join('')),
  fc.string({ unit: 'binary', maxLength: 300 }),
);

const word = fc.constantFrom(
  'a',
  './b',
  '/c/d',
  'e=f',
  '"g h"',
  "'i'",
  'j\\ k',
  '$A',
  '$' + '{B:-c}',
  'ü🚀',
  '“q”',
  '#x',
  '[y',
  '<<<z',
);
const words = fc.array(word, { minLength: 1, maxLength: 5 }).map((parts) => parts.join(' '));
const pair = fc
  .tuple(fc.constantFrom('A', 'B_1', 'c.d'), word)
  .map(([key, value]) => `${key}=${value.replace(/^[^ ]* /, '')}`);
const array = fc
  .array(fc.string({ maxLength: 8 }).filter(isPrintable), { minLength: 2, maxLength: 4 })
  .map((items) => JSON.stringify(items));
const heredoc = fc
  .tuple(
    fc.constantFrom('EOF', '"EOF"', "'E F'"),
    fc.constantFrom('', '-'),
    fc.array(words, { maxLength: 3 }),
  )
  .map(([name, dash, lines]) => [
    'RUN',
    `cat <<${dash}${name} > /x\n${[...lines, name.replaceAll(/["']/g, '')].join('\n')}`,
  ]);

/** Instructions that mostly may be built, as keyword and rest. */
const instruction = fc.oneof(
  words.map((text) => ['RUN', text]),
  fc
    .constantFrom('CMD', 'ENTRYPOINT', 'RUN', 'COPY', 'VOLUME', 'HEALTHCHECK --retries=3 CMD', 'SHELL')
    .chain((keyword) => array.map((items) => [keyword, items])),
  fc
    .tuple(fc.constantFrom('ENV', 'LABEL', 'ARG'), fc.array(pair, { minLength: 1, maxLength: 3 }))
    .map(([keyword, pairs]) => [keyword, pairs.join(' ')]),
  fc.tuple(fc.constantFrom('ENV', 'LABEL'), words).map(([keyword, text]) => [keyword, `key ${text}`]),
  words.map((text) => ['COPY', `--from=s0 --chown=1:1 ${text} /dest/`]),
  fc.constantFrom(
    ['USER', '1000'],
    ['WORKDIR', '/w x'],
    ['EXPOSE', '80  90/udp'],
    ['HEALTHCHECK', 'NONE'],
    ['STOPSIGNAL', 'SIGINT'],
    ['FROM', 's0 AS S1'],
    ['FROM', '--platform=$BUILDPLATFORM c:1@sha256:x as s2'.replace('@sha256:x', '')],
    ['MAINTAINER', 'a  b'],
    ['ARG', 'X Y=1'],
  ),
  heredoc,
);
/** The same instruction in one of its spellings. */
const line = fc
  .tuple(instruction, fc.constantFrom('plain', 'lower', 'continued', 'commented', 'padded'))
  .map(([[keyword = '', rest = ''], spelling]) => {
    if (spelling === 'lower') return `${keyword.toLowerCase()} ${rest}`;
    if (spelling === 'continued') return `${keyword} \\\n ${rest}`;
    if (spelling === 'commented') return `# before\n${keyword} \\\n# inside\n\n  ${rest}`;
    return spelling === 'padded' ? `  ${keyword} \t ${rest} \t` : `${keyword} ${rest}`;
  });
const admissible = fc
  .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n'))
  .map(([lines, end]) => ['ARG V=1', 'FROM b:$V AS S0', ...lines, ''].join('\n').replaceAll('\n', end));
const buildable = fc.oneof(
  { weight: 4, arbitrary: admissible },
  { weight: 1, arbitrary: anyText.map((text) => `FROM a\n${text}`) },
);

suite('any text', () => {
  test('parses, and every span of the tree and of the findings lies inside it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const file = parseDockerfile(text);
        const lines = text.split('\n');

        for (const span of spansIn({ ...file, text: '' })) assertInside(span, lines);
        for (const { span, fix } of auditor.auditDockerfile(text).findings) {
          assertInside(span, lines);
          for (const edit of fix?.edits ?? []) assertInside(edit.span, lines);
        }
      }),
      RUNS,
    );
  });

  test('that is not refused means the same when it is written anew', () => {
    fc.assert(
      fc.property(buildable, (text) => {
        const file = parseDockerfile(text);
        fc.pre(findRefusals(file).length === 0);

        const rendered = renderCanonical(file, { from: () => null, heredocs: 'keep' });
        const again = parseDockerfile(rendered);

        assert.deepEqual(again.problems, []);
        assert.deepEqual(meaningOf(again), meaningOf(file));
        assert.equal(renderCanonical(again, { from: () => null, heredocs: 'keep' }), rendered);
      }),
      { numRuns: 1_500 },
    );
  });

  test('with a quote that opens in the key of a label is refused', () => {
    assert.equal(findRefusals(parseDockerfile('FROM a\nLABEL ["--from=0 FROM ')).length > 0, true);
  });

  test('that is not refused renders to one line an instruction', () => {
    fc.assert(
      fc.property(buildable, (text) => {
        const file = parseDockerfile(text);
        fc.pre(findRefusals(file).length === 0);

        const lines = renderCanonical(file, { from: () => 'scratch' })
          .split('\n')
          .slice(0, -1);

        const expected = file.instructions.reduce(
          (count, instruction) => count + (instruction.kind === 'arg' ? instruction.pairs.length : 1),
          0,
        );
        assert.equal(lines.length, expected);
      }),
      RUNS,
    );
  });

  test('is mended by safe fixes so that it still parses alike and mending again changes nothing', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, admissible), (text) => {
        const audit = (content: string) => auditor.auditDockerfile(content).findings;
        const fixed = fixUntilStable(text, audit, { unsafe: false }).text;

        assert.ok(parseDockerfile(fixed).problems.length <= parseDockerfile(text).problems.length);
        assert.equal(fixUntilStable(fixed, audit, { unsafe: false }).text, fixed);
      }),
      RUNS,
    );
  });
});

test('another finding never raises the score', () => {
  const rule = fc.constantFrom('A', 'B', 'C', 'D');
  const finding = fc
    .tuple(rule, fc.constantFrom(...FINDING_SEVERITIES))
    .map(
      ([id, severity]): Finding => ({ rule: id, name: id, severity, message: '', span: span(), sources: [] }),
    );
  fc.assert(
    fc.property(fc.array(finding), finding, (findings, more) => {
      assert.ok(scoreOf([...findings, more]) <= scoreOf(findings));
    }),
    RUNS,
  );
});

suite('bait of 200 KiB is read in time', () => {
  const repeat = (text: string) => text.repeat(Math.floor(200_000 / text.length));
  for (const [name, text] of [
    ['a long RUN', `FROM a\nRUN ${repeat('a ')}`],
    ['RUNs', `FROM a\n${repeat('RUN apt-get install -y a b c && d | e\n')}`],
    ['ONBUILD in ONBUILD', repeat('ONBUILD ')],
    ['continued lines', `FROM a\nRUN ${repeat('a \\\n')}`],
    ['backslashes', `FROM a\nRUN ${repeat('\\ ')}`],
    ['blanks behind a directive', `# syntax=${repeat(' ')}x\nFROM a`],
    ['quotes', `FROM a\nENV A=${repeat('"')}`],
    ['brackets', `FROM a\nRUN ${repeat(')').slice(0, 60_000)}`],
    ['JSON brackets', `FROM a\nCMD ${repeat('["')}`],
    ['heredocs', `FROM a\nRUN ${repeat('<<A ')}`],
    ['flags', `FROM a\nRUN ${repeat('--mount=a ')}`],
    ['stages', repeat('FROM a AS b\n')],
    ['variables', `FROM a\n${repeat('ENV a=$b$' + '{c:-$d}\n')}`],
    ['working directories', `FROM a\n${repeat('WORKDIR x\n')}`],
    ['suppressions', `FROM a\n${repeat('# hadolint ignore=DL3007,DL3008\nWORKDIR x\n')}`],
    ['brackets in many RUNs', `FROM a\n${repeat(`RUN ${')'.repeat(2_000)}\n`)}`],
  ] as const)
    test(name, () => {
      const started = performance.now();

      const { dockerfile } = auditor.auditDockerfile(text);
      findRefusals(dockerfile);
      renderCanonical(dockerfile, { from: () => 'scratch' });

      assert.ok(performance.now() - started < 20_000);
    });
});

/** What a builder would take from the file, without places and spelling. */
function meaningOf(file: Dockerfile): unknown {
  const scopes = createScopes(file);
  const stageOf = (reference: string, instruction: Instruction): string => {
    const stage = scopes.stageOf(instruction);
    const found = stage === null ? null : scopes.findStage(reference, stage);
    return found === null ? reference : `stage ${found.index}`;
  };
  return file.instructions.flatMap((instruction): readonly unknown[] => {
    if (instruction.kind === 'arg') return instruction.pairs.map(({ key, value }) => ['arg', key, value]);
    if (instruction.kind !== 'from') return [partsOf(instruction, (name) => stageOf(name, instruction))];
    const stage = scopes.stageOf(instruction);
    const parent = stage === null ? null : scopes.parentOf(stage);
    return [['from', parent === null ? scopes.imageOf(instruction)?.text : `stage ${parent.index}`]];
  });
}

function partsOf(instruction: Instruction, stageOf: (reference: string) => string): unknown {
  const { kind, form, body, args, heredocs } = instruction;
  const isText = kind === 'run' || kind === 'cmd' || kind === 'entrypoint' || kind === 'healthcheck';
  return {
    kind,
    form,
    text: isText && form === 'shell' ? body.text.replace(/^(?:cmd|none)\b\s*/i, '') : null,
    args: args.map(({ value }) => value),
    pairs: 'pairs' in instruction ? instruction.pairs.map(({ key, value }) => [key, value]) : null,
    test: 'test' in instruction ? instruction.test : null,
    flags: instruction.flags.map(({ name, value }) => [name, name === 'from' ? stageOf(value ?? '') : value]),
    heredocs: heredocs.map(({ name, stripsTabs, expands, body: lines }) => [
      name,
      stripsTabs,
      expands,
      lines.text,
    ]),
  };
}

function isPrintable(text: string): boolean {
  return !/[\p{Cc}\p{Cf}\p{Cs}]/u.test(text);
}

function* spansIn(value: unknown): Generator<Span> {
  if (typeof value !== 'object' || value === null) return;
  if (isSpan(value)) yield value;
  else for (const child of Object.values(value)) yield* spansIn(child);
}

function isSpan(value: object): value is Span {
  return 'start' in value && 'end' in value;
}

function assertInside({ start, end }: Span, lines: readonly string[]): void {
  for (const { line, column } of [start, end]) {
    assert.ok(line >= 1 && line <= lines.length, `line ${line} of ${lines.length}`);
    assert.ok(
      column >= 1 && column <= (lines[line - 1]?.length ?? 0) + 1,
      `column ${column} of line ${line}`,
    );
  }
  assert.ok(start.line < end.line || (start.line === end.line && start.column <= end.column));
}

function span(): Span {
  return { start: { line: 1, column: 1 }, end: { line: 1, column: 1 } };
}

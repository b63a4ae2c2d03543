import type { Span } from '../core/finding.ts';
import type { Base, InstructionContext } from './instruction-context.ts';
import { KNOWN_FLAGS, kindOf } from './keywords.ts';
import { type MappedText, sliceMapped, spanIn, trimMapped } from './mapped-text.ts';
import type { Flag, Instruction, InstructionKind } from './model.ts';
import { readJson, readList, wholeOf, withHeredocs, wordsOf } from './read-arguments.ts';
import { readArgPairs, readPairs } from './read-pairs.ts';
import { splitFlags } from './split-flags.ts';
import { splitWords } from './words.ts';

/** Reads one logical line as BuildKit does. Untrusted; never throws; what can't be read is reported. */
export function parseInstruction(
  line: MappedText,
  context: InstructionContext,
  isTrigger = false,
): Instruction {
  const { text } = line;
  const keywordEnd = /[\t\v\f\r ]/.exec(text)?.index ?? text.length;
  const keyword = text.slice(0, keywordEnd);
  const { flags, rest } = splitFlags(text.slice(keywordEnd));
  const body = trimMapped(sliceMapped(line, Math.min(keywordEnd + rest, text.length), text.length));
  const kind = kindOf(keyword);
  const base: Base = {
    span: spanIn(line, 0, text.length),
    keyword,
    keywordSpan: spanIn(line, 0, keywordEnd),
    flags: flags.map((flag) => toFlag(flag.text, spanIn(line, keywordEnd + flag.from, keywordEnd + flag.to))),
    body,
    form: 'shell',
    args: [],
    heredocs: [],
    isTrigger,
  };
  reportFlags(kind, base, context);
  if (body.text === '' && kind !== 'unknown')
    context.report({
      code: 'missing-arguments',
      message: `${keyword.toUpperCase()} needs at least one argument, got none.`,
      span: base.span,
    });
  return READERS[kind](base, context);
}

function toFlag(text: string, span: Span): Flag {
  const equals = text.indexOf('=');
  return equals < 0
    ? { name: text.slice(2), value: null, span }
    : { name: text.slice(2, equals), value: text.slice(equals + 1), span };
}

function reportFlags(kind: InstructionKind, { flags, keyword }: Base, { report }: InstructionContext): void {
  if (kind === 'unknown') return;
  for (const { name, span } of flags)
    if (!KNOWN_FLAGS[kind].includes(name))
      report({
        code: 'unknown-flag',
        message: `${keyword.toUpperCase()} has no flag --${name.slice(0, 40)}. ${KNOWN_FLAGS[kind].length === 0 ? 'It takes none.' : `It takes ${KNOWN_FLAGS[kind].map((flag) => `--${flag}`).join(', ')}.`}`,
        span,
      });
}

type Reader = (base: Base, context: InstructionContext) => Instruction;

const READERS: Readonly<Record<InstructionKind, Reader>> = {
  from: readFrom,
  run: (base, context) => ({ kind: 'run', ...readCommand(base, context) }),
  cmd: (base, context) => ({ kind: 'cmd', ...readCommand(base, context) }),
  entrypoint: (base, context) => ({ kind: 'entrypoint', ...readCommand(base, context) }),
  shell: readShell,
  copy: (base, context) => ({ kind: 'copy', ...readCopy(base, context) }),
  add: (base, context) => ({ kind: 'add', ...readCopy(base, context) }),
  env: (base, context) => ({ kind: 'env', ...readPairs(base, context) }),
  label: (base, context) => ({ kind: 'label', ...readPairs(base, context) }),
  arg: (base, context) => ({ kind: 'arg', ...readArgPairs(base, context) }),
  healthcheck: readHealthcheck,
  onbuild: readOnbuild,
  expose: (base, { escapeChar }) => ({ kind: 'expose', ...base, args: wordsOf(base.body, escapeChar) }),
  volume: (base, context) => ({ kind: 'volume', ...readList(base, context) }),
  workdir: (base, { escapeChar }) => ({ kind: 'workdir', ...base, args: wholeOf(base.body, escapeChar) }),
  user: (base, { escapeChar }) => ({ kind: 'user', ...base, args: wholeOf(base.body, escapeChar) }),
  stopsignal: (base, { escapeChar }) => ({
    kind: 'stopsignal',
    ...base,
    args: wholeOf(base.body, escapeChar),
  }),
  maintainer: (base, { escapeChar }) => ({
    kind: 'maintainer',
    ...base,
    args: wholeOf(base.body, escapeChar),
  }),
  unknown: readUnknown,
};

function readUnknown(base: Base, { report, escapeChar }: InstructionContext): Instruction {
  report({
    code: 'unknown-instruction',
    message: `An instruction like FROM or RUN was expected, got ${JSON.stringify(base.keyword.slice(0, 40))}.`,
    span: base.keywordSpan,
  });
  return { kind: 'unknown', ...base, args: wordsOf(base.body, escapeChar) };
}

function readFrom(base: Base, { escapeChar, report }: InstructionContext): Instruction {
  const args = wordsOf(base.body, escapeChar);
  const [image = null, as, alias = null] = args;
  const isPlain = args.length === 1 || (args.length === 3 && as?.text.toLowerCase() === 'as');
  if (!isPlain && args.length > 0)
    report({
      code: 'invalid-from',
      message: `FROM takes an image, or an image, AS and a name; got ${args.length} words.`,
      span: base.span,
    });
  return { kind: 'from', ...base, args, image, alias: args.length === 3 && isPlain ? alias : null };
}

function readCommand(base: Base, context: InstructionContext): Base {
  return readJson(withHeredocs(base, context), context);
}

function readShell(base: Base, context: InstructionContext): Instruction {
  const read = readJson(base, context);
  if (read.form !== 'exec' && base.body.text !== '')
    context.report({
      code: 'invalid-json',
      message: 'SHELL takes a JSON array of strings.',
      span: base.span,
    });
  return { kind: 'shell', ...read };
}

function readCopy(base: Base, context: InstructionContext) {
  const read = readList(withHeredocs(base, context), context);
  const destination = read.args.length > 1 ? (read.args.at(-1) ?? null) : null;
  if (destination === null && base.body.text !== '')
    context.report({
      code: 'missing-arguments',
      message: `${base.keyword.toUpperCase()} needs at least a source and a destination, got ${read.args.length} word.`,
      span: base.span,
    });
  return { ...read, sources: destination === null ? read.args : read.args.slice(0, -1), destination };
}

function readHealthcheck(base: Base, context: InstructionContext): Instruction {
  const { body } = base;
  const word = splitWords(body.text)[0];
  const type = word?.text.toUpperCase();
  const command = trimMapped(sliceMapped(body, word?.to ?? 0, body.text.length));
  if (type === 'CMD') {
    const read = readJson({ ...base, body: command }, context);
    if (command.text === '')
      context.report({
        code: 'invalid-healthcheck',
        message: 'HEALTHCHECK CMD needs a command.',
        span: base.span,
      });
    return { kind: 'healthcheck', ...read, body, test: 'cmd', command };
  }
  if ((type !== 'NONE' || command.text !== '') && body.text !== '')
    context.report({
      code: 'invalid-healthcheck',
      message: 'HEALTHCHECK takes NONE, or CMD with a command.',
      span: base.span,
    });
  return { kind: 'healthcheck', ...base, test: type === 'NONE' ? 'none' : null, command };
}

function readOnbuild(base: Base, context: InstructionContext): Instruction {
  if (base.body.text === '' || base.isTrigger) return { kind: 'onbuild', ...base, inner: null };
  const inner = parseInstruction(base.body, context, true);
  const span = { start: base.span.start, end: inner.span.end };
  return { kind: 'onbuild', ...base, span, heredocs: inner.heredocs, inner };
}

import type { Base, InstructionContext } from './instruction-context.ts';
import { type MappedText, spanIn } from './mapped-text.ts';
import type { Pair } from './model.ts';
import { isBlank, splitQuotedWords, unquote, type Word } from './words.ts';

/** `name=value …` of ENV and LABEL, or their old form `name value`. */
export function readPairs(base: Base, { escapeChar, report }: InstructionContext) {
  const words = splitQuotedWords(base.body.text, escapeChar);
  const first = words[0];
  if (first !== undefined && !first.text.includes('='))
    return readLegacyPair(base, first, { escapeChar, report });
  const pairs = words.flatMap((word) => {
    const pair = toPair(base.body, word, escapeChar);
    if (pair.rawValue !== null && pair.key !== '') return [pair];
    report({
      code: 'invalid-pair',
      message: `name=value was expected, got ${JSON.stringify(word.text.slice(0, 60))}. Put quotes around values that hold blanks.`,
      span: pair.span,
    });
    return [];
  });
  return { ...base, pairs, isLegacy: false };
}

function readLegacyPair(
  base: Base,
  key: Word,
  { escapeChar, report }: Pick<InstructionContext, 'escapeChar' | 'report'>,
) {
  const { body } = base;
  let from = key.to;
  while (isBlank(body.text[from])) from += 1;
  if (from >= body.text.length) {
    report({
      code: 'invalid-pair',
      message: `${base.keyword.toUpperCase()} needs a name and a value, got ${JSON.stringify(key.text.slice(0, 60))} alone.`,
      span: base.span,
    });
    return { ...base, pairs: [], isLegacy: true };
  }
  const rawValue = body.text.slice(from);
  const pair: Pair = {
    key: unquote(key.text, escapeChar),
    keySpan: spanIn(body, key.from, key.to),
    value: unquote(rawValue, escapeChar),
    rawValue,
    valueSpan: spanIn(body, from, body.text.length),
    span: spanIn(body, key.from, body.text.length),
  };
  return { ...base, pairs: [pair], isLegacy: true };
}

/** `name` or `name=value` of ARG. */
export function readArgPairs(base: Base, { escapeChar, report }: InstructionContext) {
  const pairs = splitQuotedWords(base.body.text, escapeChar).map((word) =>
    toPair(base.body, word, escapeChar),
  );
  for (const { key, span } of pairs)
    if (key === '') report({ code: 'invalid-pair', message: 'ARG needs a name in front of the =.', span });
  return { ...base, pairs: pairs.filter(({ key }) => key !== ''), isLegacy: false };
}

function toPair(body: MappedText, { text, from, to }: Word, escapeChar: string): Pair {
  const equals = text.indexOf('=');
  const keyEnd = equals < 0 ? text.length : equals;
  const rawValue = equals < 0 ? null : text.slice(equals + 1);
  return {
    key: unquote(text.slice(0, keyEnd), escapeChar),
    keySpan: spanIn(body, from, from + keyEnd),
    value: rawValue === null ? null : unquote(rawValue, escapeChar),
    rawValue,
    valueSpan: rawValue === null ? null : spanIn(body, from + equals + 1, to),
    span: spanIn(body, from, to),
  };
}

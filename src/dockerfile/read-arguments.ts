import { findHeredocs } from './heredocs.ts';
import type { Base, InstructionContext } from './instruction-context.ts';
import { readJsonForm } from './json-array.ts';
import { type MappedText, spanIn } from './mapped-text.ts';
import type { Argument, Heredoc } from './model.ts';
import { splitWords, unquote } from './words.ts';

/** The exec form where the body is a JSON array of strings, else `base` as it is. */
export function readJson(base: Base, { report }: InstructionContext): Base {
  const json = readJsonForm(base.body);
  if (json.kind === 'strings') return { ...base, form: 'exec', args: json.args };
  if (json.kind === 'invalid') report({ code: 'invalid-json', message: `${json.why}.`, span: base.span });
  return base;
}

/** With the heredocs that the body announces, taken off the file. */
export function withHeredocs(base: Base, { takeHeredoc, end, report }: InstructionContext): Base {
  const starts =
    base.body.text.startsWith('[') && readJsonForm(base.body).kind === 'strings'
      ? []
      : findHeredocs(base.body.text);
  if (starts.length === 0) return base;
  const heredocs = starts.map(({ from, to, ...start }): Heredoc => {
    const { body, isTerminated } = takeHeredoc(start.name, start.stripsTabs);
    const span = spanIn(base.body, from, to);
    if (!isTerminated)
      report({
        code: 'unterminated-heredoc',
        message: `A line ${JSON.stringify(start.name.slice(0, 60))} was expected to end the heredoc, but the file ended.`,
        span,
      });
    return { ...start, body, span };
  });
  return { ...base, heredocs, span: { start: base.span.start, end: end() } };
}

/** A JSON array, or words between blanks. */
export function readList(base: Base, context: InstructionContext): Base {
  const read = readJson(base, context);
  return read.form === 'exec' ? read : { ...read, args: wordsOf(base.body, context.escapeChar) };
}

/** The words between blanks. */
export function wordsOf(body: MappedText, escapeChar: string): readonly Argument[] {
  return splitWords(body.text).map(({ text, from, to }) => ({
    text,
    value: unquote(text, escapeChar),
    span: spanIn(body, from, to),
  }));
}

/** The whole body as one word, as WORKDIR and USER read it. */
export function wholeOf(body: MappedText, escapeChar: string): readonly Argument[] {
  const { text } = body;
  return text === '' ? [] : [{ text, value: unquote(text, escapeChar), span: spanIn(body, 0, text.length) }];
}

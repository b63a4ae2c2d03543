import type { ShellScript, ShellWord } from '../../../dockerfile/shell/model.ts';
import { replace, safeFix } from '../../edits.ts';
import { defineDockerfileRule, type Problem } from '../../rule.ts';

const SINGLE = /[\u02bb\u02bc\u2018\u2019\u201a\u201b]/;
const DOUBLE = /[\u201c\u201d\u201e\u201f]/;
const QUOTE = /[\u02bb\u02bc\u2018\u2019\u201a\u201b\u201c\u201d\u201e\u201f]/g;

export const noTypographicQuotes = defineDockerfileRule({
  id: 'DD1401',
  name: 'no-typographic-quotes',
  severity: 'warning',
  what: 'Quotes as printed in books stand where the shell expects straight ones.',
  why: 'The shell takes them for letters: they end up in file names, arguments and JSON, and nothing is quoted.',
  fix: `Write ' and ".`,
  sources: ['Docker shell-form', 'CWE-1007'],
  bad: [
    'FROM debian:12\nCMD echo ʻ{“perf”:0.99}ʼ > /data/perf.json\n',
    'FROM debian:12\nRUN echo “a b”\n',
    'FROM debian:12\nCMD [“npm”, “start”]\n',
    'FROM debian:12\nRUN echo it’s\n',
  ],
  good: [
    `FROM debian:12\nCMD echo '{"perf":0.99}' > /data/perf.json\n`,
    'FROM debian:12\nRUN echo "it’s “fine”"\n',
    'FROM debian:12\nLABEL a="“x”"\n',
  ],
  *check({ instructions, scriptOf }) {
    for (const instruction of instructions('run', 'cmd', 'entrypoint', 'healthcheck')) {
      if (!hasQuote(instruction.body.text)) continue;
      const script = scriptOf(instruction);
      const words =
        script === null ? [] : wordsOf(script).filter(({ text, isQuoted }) => !isQuoted && hasQuote(text));
      const [first] = words;
      const last = words.at(-1);
      if (first === undefined || last === undefined) continue;
      yield { span: { start: first.span.start, end: last.span.end }, ...fixFor(words) };
    }
  },
});

function wordsOf({ commands }: ShellScript): readonly ShellWord[] {
  return commands.flatMap(({ name, args, assignments, redirects }) => [
    ...(name === null ? [] : [name]),
    ...args,
    ...assignments.flatMap(({ value }) => (value === null ? [] : [value])),
    ...redirects.flatMap(({ target }) => (target === null ? [] : [target])),
  ]);
}

function hasQuote(text: string): boolean {
  return SINGLE.test(text) || DOUBLE.test(text);
}

/** Only quotes that come in pairs can be made straight without opening one that nobody closes. */
function fixFor(words: readonly ShellWord[]): Pick<Problem, 'fix'> {
  if (words.some(({ span }) => span.start.line !== span.end.line)) return {};
  const quotes = words.flatMap(({ text, span }) =>
    Array.from(text.matchAll(QUOTE), ({ 0: quote, index }) => ({
      isSingle: SINGLE.test(quote),
      line: span.start.line,
      column: span.start.column + index,
    })),
  );
  const singles = quotes.filter(({ isSingle }) => isSingle).length;
  if (singles % 2 === 1 || (quotes.length - singles) % 2 === 1) return {};
  const edits = quotes.map(({ isSingle, line, column }) =>
    replace({ start: { line, column }, end: { line, column: column + 1 } }, isSingle ? "'" : '"'),
  );
  return { fix: safeFix('Make the quotes straight.', ...edits) };
}

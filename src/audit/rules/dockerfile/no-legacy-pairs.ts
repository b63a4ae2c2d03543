import type { Pair } from '../../../dockerfile/model.ts';
import { replace, safeFix } from '../../edits.ts';
import { defineDockerfileRule, type Problem } from '../../rule.ts';

export const noLegacyPairs = defineDockerfileRule({
  id: 'DD1603',
  name: 'no-legacy-pairs',
  severity: 'info',
  what: 'A name and its value are divided by a blank and not by =.',
  why: 'All that follows is one value then, so a second name is swallowed without a word.',
  fix: 'Write name=value, with quotes around values that hold blanks.',
  sources: ['BuildKit LegacyKeyValueFormat'],
  bad: ['FROM debian:12\nENV A b\n', 'FROM debian:12\nLABEL a "b c"\n', 'FROM debian:12\nENV A b c=d\n'],
  good: ['FROM debian:12\nENV A=b\nLABEL a="b c" d=e\n'],
  *check({ instructions }) {
    for (const { isLegacy, pairs, span } of instructions('env', 'label')) {
      const [pair] = pairs;
      if (isLegacy && pair !== undefined) yield { span, ...fixFor(pair) };
    }
  },
});

/** Only a value that reads the same in both forms is moved. */
function fixFor({ keySpan, valueSpan, rawValue }: Pair): Pick<Problem, 'fix'> {
  const isPlain = /^(?:[^\s"'\\`]+|"[^"\\`]*")$/.test(rawValue ?? '');
  if (!isPlain || valueSpan === null || keySpan.end.line !== valueSpan.start.line) return {};
  return {
    fix: safeFix('Divide them by =.', replace({ start: keySpan.end, end: valueSpan.start }, '=')),
  };
}

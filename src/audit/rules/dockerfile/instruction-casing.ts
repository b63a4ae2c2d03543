import type { Instruction } from '../../../dockerfile/model.ts';
import { replace, safeFix } from '../../edits.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const instructionCasing = defineDockerfileRule({
  id: 'DD1602',
  name: 'instruction-casing',
  severity: 'info',
  what: 'An instruction is written in another case than most of the file.',
  why: 'A reader overlooks an instruction that does not look like one.',
  fix: 'Write all instructions in capitals, or all in lower case.',
  sources: ['BuildKit ConsistentInstructionCasing'],
  bad: ['FROM debian:12\nrun x\n', 'from debian:12\nrun x\nCOPY a /b\n', 'FROM debian:12\nRun x\n'],
  good: ['FROM debian:12\nRUN x\n', 'from debian:12\nrun x\n'],
  *check({ dockerfile }) {
    const known = dockerfile.instructions.filter(({ kind }) => kind !== 'unknown');
    const lower = known.filter(({ keyword }) => keyword === keyword.toLowerCase()).length;
    const upper = known.filter(({ keyword }) => keyword === keyword.toUpperCase()).length;
    const wanted = (word: string) => (lower > upper ? word.toLowerCase() : word.toUpperCase());
    for (const { keyword, keywordSpan } of known.filter(
      (each: Instruction) => each.keyword !== wanted(each.keyword),
    ))
      yield {
        span: keywordSpan,
        fix: safeFix('Write it like the others.', replace(keywordSpan, wanted(keyword))),
      };
  },
});

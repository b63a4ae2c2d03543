import { defineDockerfileRule } from '../../rule.ts';

export const fromFirst = defineDockerfileRule({
  id: 'DL3061',
  name: 'from-first',
  severity: 'error',
  what: 'An instruction stands in front of the first FROM.',
  why: 'Only ARG and comments may stand there; the build fails.',
  fix: 'Move it below FROM.',
  sources: ['hadolint DL3061'],
  bad: ['LABEL a=b\nFROM debian:12\n', 'ARG A\nRUN x\nRUN y\nFROM debian:12\n'],
  good: ['# x\nARG A=12\nFROM debian:$A\nLABEL a=b\n'],
  *check({ dockerfile }) {
    const [first] = dockerfile.stages;
    const [misplaced] = first?.from === null ? first.instructions : [];
    if (misplaced !== undefined) yield { span: misplaced.keywordSpan };
  },
});

import { defineDockerfileRule } from '../../rule.ts';

export const onbuildInstruction = defineDockerfileRule({
  id: 'DL3043',
  name: 'onbuild-instruction',
  severity: 'error',
  what: 'ONBUILD holds an instruction that it can not hold.',
  why: 'ONBUILD of ONBUILD, FROM or MAINTAINER is refused by builders.',
  fix: 'Move the instruction to the Dockerfile that needs it.',
  sources: ['hadolint DL3043'],
  bad: [
    'FROM debian:12\nONBUILD FROM x:1\n',
    'FROM debian:12\nONBUILD ONBUILD RUN x\n',
    'FROM debian:12\nONBUILD MAINTAINER x\n',
  ],
  good: ['FROM debian:12\nONBUILD RUN x\n', 'FROM debian:12\nONBUILD USER 1\n'],
  *check({ instructions }) {
    for (const { inner } of instructions('onbuild'))
      if (
        inner !== null &&
        (inner.kind === 'from' || inner.kind === 'onbuild' || inner.kind === 'maintainer')
      )
        yield { span: inner.keywordSpan };
  },
});

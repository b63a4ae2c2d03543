import { fromVariables } from '../../from-variables.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const undefinedArgInFrom = defineDockerfileRule({
  id: 'DD1608',
  name: 'undefined-arg-in-from',
  severity: 'warning',
  what: 'FROM uses a variable that no ARG in front of the first FROM declares.',
  why: 'It is empty, so the tag is missing, which means latest, or another image is taken.',
  fix: 'Declare it by ARG in front of the first FROM, with a default.',
  sources: ['BuildKit UndefinedArgInFrom', 'Trivy DS-0001'],
  bad: [
    'FROM debian$TAG\n',
    'FROM debian:12\nARG IMAGE=x:1\nFROM $IMAGE\n',
    'FROM --platform=$BULIDPLATFORM debian:12\n',
  ],
  good: [
    'ARG TAG=12\nFROM debian:$TAG\n',
    'FROM --platform=$BUILDPLATFORM debian:12\n',
    `FROM debian:\${TAG:-12}\n`,
  ],
  *check(subject) {
    const reported = new Set<unknown>();
    for (const { from, name, isDeclared } of fromVariables(subject)) {
      if (isDeclared || reported.has(from)) continue;
      reported.add(from);
      yield {
        span: from.image?.span ?? from.span,
        message: `No ARG in front of the first FROM declares $${name.slice(0, 60)}.`,
      };
    }
  },
});

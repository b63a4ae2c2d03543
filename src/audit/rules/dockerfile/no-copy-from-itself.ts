import { defineDockerfileRule } from '../../rule.ts';

export const noCopyFromItself = defineDockerfileRule({
  id: 'DL3023',
  name: 'no-copy-from-itself',
  severity: 'error',
  what: 'COPY --from names the stage that it stands in.',
  why: 'A stage can not copy from itself before it is built; the build fails.',
  fix: 'Name an earlier stage, or leave --from out.',
  sources: ['hadolint DL3023', 'Trivy DS-0006'],
  bad: ['FROM debian:12 AS build\nCOPY --from=build a b\n', 'FROM debian:12\nCOPY --from=0 a b\n'],
  good: ['FROM debian:12 AS build\nFROM debian:12 AS run\nCOPY --from=build a b\n'],
  *check({ instructions, scopes }) {
    for (const copy of instructions('copy')) {
      const flag = copy.flags.find(({ name }) => name === 'from');
      const stage = scopes.stageOf(copy);
      if (flag === undefined || stage === null) continue;
      const source = (flag.value ?? '').toLowerCase();
      if (source === stage.name || (source === String(stage.index) && stage.from !== null))
        yield { span: flag.span };
    }
  },
});

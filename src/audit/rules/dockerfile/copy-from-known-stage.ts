import { unquote } from '../../../dockerfile/words.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const copyFromKnownStage = defineDockerfileRule({
  id: 'DL3022',
  name: 'copy-from-known-stage',
  severity: 'warning',
  what: 'COPY --from names no earlier stage.',
  why: 'It is then taken for an image of a registry, which anybody may have published under that name.',
  fix: 'Name an earlier stage, or begin a stage with FROM for the image, with a version.',
  // Trivy's DS-0006 counts an unknown stage as the image itself; here that is this rule, and DL3023 is for the latter.
  sources: ['hadolint DL3022'],
  bad: [
    'FROM debian:12\nCOPY --from=build a .\nFROM debian:12 AS build\n',
    'FROM debian:12\nCOPY --from=1 a .\n',
  ],
  good: [
    'FROM debian:12 AS build\nFROM debian:12\nCOPY --from=build a .\n',
    'FROM debian:12\nFROM debian:12\nCOPY --from=0 a .\n',
    'FROM debian:12\nCOPY --from=docker.io/library/nginx:1.27 a .\n',
  ],
  *check({ instructions, scopes }) {
    for (const copy of instructions('copy')) {
      const flag = copy.flags.find(({ name }) => name === 'from');
      const stage = scopes.stageOf(copy);
      const source = unquote(flag?.value ?? '', '\\');
      if (flag === undefined || stage === null || /[:@$]/.test(source)) continue;
      if (source.toLowerCase() === stage.name) continue;
      if (scopes.findStage(source, stage) === null) yield { span: flag.span };
    }
  },
});

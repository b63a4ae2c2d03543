import { defineDockerfileRule } from '../../rule.ts';

export const uniqueStageName = defineDockerfileRule({
  id: 'DL3024',
  name: 'unique-stage-name',
  severity: 'error',
  what: 'Two stages have the same name.',
  why: 'Builders differ in which of them the name means, so what is built is not what is read.',
  fix: 'Give each stage a name of its own.',
  // Trivy's own cases have one file with two stages of one name both ways; Docker refuses it always.
  sources: ['hadolint DL3024', 'Trivy DS-0012', 'BuildKit DuplicateStageName', 'Checkov CKV_DOCKER_11'],
  bad: ['FROM debian:12 AS a\nFROM debian:12 AS A\n'],
  good: ['FROM debian:12 AS a\nFROM debian:12 AS b\n', 'FROM debian:12\nFROM debian:12\n'],
  *check({ dockerfile }) {
    const names = new Set<string>();
    for (const { name, from } of dockerfile.stages) {
      if (name === null || from?.alias === null || from === null) continue;
      if (names.has(name)) yield { span: from.alias.span };
      names.add(name);
    }
  },
});

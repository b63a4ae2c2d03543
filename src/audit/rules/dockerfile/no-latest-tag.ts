import { defineDockerfileRule } from '../../rule.ts';

export const noLatestTag = defineDockerfileRule({
  id: 'DL3007',
  name: 'no-latest-tag',
  severity: 'warning',
  what: 'The base image is tagged latest.',
  why: 'The same Dockerfile builds another image tomorrow, and nobody can say on what this one stands.',
  fix: 'Name a version, or better a digest.',
  sources: ['hadolint DL3007', 'Trivy DS-0001', 'Checkov CKV_DOCKER_7', 'CIS-Docker 4.2'],
  bad: ['FROM debian:latest\n', 'ARG V=latest\nFROM debian:$V\n'],
  good: ['FROM debian:12.7\n', 'FROM debian:latest@sha256:0123\n', 'FROM debian:12 AS latest\nFROM latest\n'],
  *check({ scopes, instructions }) {
    for (const from of instructions('from')) {
      const image = scopes.imageOf(from);
      if (image !== null && from.image !== null && /:latest$/.test(image.text))
        yield { span: from.image.span };
    }
  },
});

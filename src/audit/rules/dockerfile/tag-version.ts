import { hasTagOrDigest } from '../../image-text.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const tagVersion = defineDockerfileRule({
  id: 'DL3006',
  name: 'tag-version',
  severity: 'warning',
  what: 'The base image has no tag, which means latest.',
  why: 'The same Dockerfile builds another image tomorrow, and nobody can say on what this one stands.',
  fix: 'Name a version, or better a digest.',
  sources: [
    'hadolint DL3006',
    'Trivy DS-0001',
    'Checkov CKV_DOCKER_7',
    'CIS-Docker 4.2',
    'OWASP-Docker #9b',
    'OWASP-Node N1a',
    'dockle DKL-DI-0006',
  ],
  bad: ['FROM debian\n', 'FROM localhost:5000/x\n', 'ARG IMAGE=debian\nFROM $IMAGE\n'],
  good: [
    'FROM debian:12\n',
    'FROM debian@sha256:0123\n',
    'FROM scratch\n',
    'FROM $IMAGE\n',
    'FROM debian:12 AS build\nFROM build\n',
  ],
  *check({ dockerfile, scopes }) {
    for (const stage of dockerfile.stages) {
      const image = stage.from?.image ?? null;
      if (stage.from === null || image === null || scopes.parentOf(stage) !== null) continue;
      const named = scopes.imageOf(stage.from);
      if (named === null || named.unresolved.length > 0 || named.text === 'scratch') continue;
      if (!hasTagOrDigest(named.text)) yield { span: image.span };
    }
  },
});

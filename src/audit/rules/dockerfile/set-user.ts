import { defineDockerfileRule } from '../../rule.ts';

export const setUser = defineDockerfileRule({
  id: 'DD1001',
  name: 'set-user',
  severity: 'warning',
  what: 'The image sets no USER, so it runs as root unless its base says otherwise.',
  why: 'Whoever breaks out of the program is root in the container, and one kernel bug away from root on the host.',
  fix: 'End with USER and a number that is not 0, e.g. USER 65532.',
  sources: [
    'Trivy DS-0002',
    'Checkov CKV_DOCKER_3',
    'CIS-Docker 4.1',
    'OWASP-Docker #2a',
    'OWASP-Docker #9a',
    'OWASP-Node N4a',
    'dockle CIS-DI-0001',
  ],
  bad: ['FROM debian:12\nCMD ["x"]\n', 'FROM debian:12\nUSER 1\nFROM debian:12\nONBUILD USER 1\n'],
  good: [
    'FROM debian:12\nUSER 1000\n',
    'FROM debian:12 AS base\nUSER 1000\nFROM base\n',
    'FROM gcr.io/distroless/static:nonroot\n',
  ],
  *check({ dockerfile, scopes }) {
    const last = dockerfile.stages.at(-1);
    if (last === undefined || scopes.atEnd(last).user !== null) return;
    let bottom = last;
    for (let parent = scopes.parentOf(last); parent !== null; parent = scopes.parentOf(parent))
      bottom = parent;
    if (/[:-]nonroot(?:[@-]|$)/.test(bottom.from?.image?.text ?? '')) return;
    yield { span: last.from?.span ?? last.span };
  },
});

import { isRootUser } from '../../root-user.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const noRootUser = defineDockerfileRule({
  id: 'DL3002',
  name: 'no-root-user',
  severity: 'warning',
  what: 'The last USER is root.',
  why: 'Whoever breaks out of the program is root in the container, and one kernel bug away from root on the host.',
  fix: 'End with a USER that is not root, best a number, e.g. USER 65532.',
  sources: ['hadolint DL3002', 'Trivy DS-0002', 'Checkov CKV_DOCKER_8', 'CIS-Docker 4.1', 'OWASP-Docker #2a'],
  bad: [
    'FROM debian:12\nUSER root\n',
    'FROM debian:12\nUSER 0:0\n',
    'FROM debian:12 AS a\nUSER root\nFROM a\nRUN x\n',
  ],
  good: [
    'FROM debian:12\nUSER root\nRUN x\nUSER 1000\n',
    'FROM debian:12 AS a\nUSER root\nFROM debian:12\nUSER app\n',
  ],
  *check({ dockerfile, scopes }) {
    const last = dockerfile.stages.at(-1);
    const user = last === undefined ? null : scopes.atEnd(last).user;
    const [name] = user?.args ?? [];
    if (name !== undefined && isRootUser(name.value)) yield { span: name.span };
  },
});

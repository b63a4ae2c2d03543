import { defineDockerfileRule } from '../../rule.ts';

export const absoluteWorkdir = defineDockerfileRule({
  id: 'DL3000',
  name: 'absolute-workdir',
  severity: 'warning',
  what: 'WORKDIR takes a relative path.',
  why: 'Where it leads depends on the WORKDIR before it, also on that of the base image, which may change.',
  fix: 'Write the path from the root on.',
  sources: ['hadolint DL3000', 'Trivy DS-0009', 'BuildKit WorkdirRelativePath', 'Checkov CKV_DOCKER_10'],
  bad: [
    'FROM debian:12\nWORKDIR app\n',
    'FROM debian:12\nWORKDIR "app/x"\n',
    'FROM debian:12\nONBUILD WORKDIR ./x\n',
  ],
  good: [
    'FROM debian:12\nWORKDIR /app\n',
    'FROM debian:12\nWORKDIR "$HOME/app"\n',
    'FROM windows:1\nWORKDIR c:\\\\app\n',
  ],
  *check({ instructions }) {
    for (const { args } of instructions('workdir')) {
      const [path] = args;
      if (path !== undefined && !/^(?:\/|\\|\$|[a-z]:)/i.test(path.value)) yield { span: path.span };
    }
  },
});

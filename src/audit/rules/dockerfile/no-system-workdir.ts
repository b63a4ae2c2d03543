import { systemPath } from '../../../dockerfile/system-path.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const noSystemWorkdir = defineDockerfileRule({
  id: 'DD1105',
  name: 'no-system-workdir',
  severity: 'error',
  what: 'WORKDIR lies in /proc, /sys or /dev.',
  why: 'A working directory like /proc/self/fd/8 has let containers out to the files of the host.',
  fix: 'Take a folder of your own, e.g. /app.',
  sources: ['Trivy DS-0030', 'CVE-2024-21626'],
  bad: [
    'FROM debian:12\nWORKDIR /proc/self/fd/8\n',
    'FROM debian:12\nENV D=/sys\nWORKDIR $D/x\n',
    'FROM debian:12\nWORKDIR /a/../dev\n',
  ],
  good: ['FROM debian:12\nWORKDIR /process\n', 'FROM debian:12\nWORKDIR /app/proc\n'],
  *check({ instructions, scopes }) {
    for (const workdir of instructions('workdir')) {
      const [path] = workdir.args;
      const found = path === undefined ? null : systemPath(scopes.expand(path, workdir).text);
      if (path !== undefined && found !== null)
        yield { span: path.span, message: `WORKDIR is ${found.slice(0, 80)}.` };
    }
  },
});

import type { Flag } from '../../../dockerfile/model.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const noPrivilegedRun = defineDockerfileRule({
  id: 'DD1102',
  name: 'no-privileged-run',
  severity: 'error',
  what: 'A RUN asks for more than a build step has: the host network, devices or no sandbox.',
  why: 'The step can then reach services, devices and kernel interfaces of the machine that builds.',
  fix: 'Remove the flag.',
  sources: ['OWASP-Docker #3b', 'CWE-250'],
  bad: [
    'FROM debian:12\nRUN --security=insecure x\n',
    'FROM debian:12\nRUN --network=host x\n',
    'FROM debian:12\nONBUILD RUN --device=vendor.com/gpu x\n',
  ],
  good: [
    'FROM debian:12\nRUN --network=none x\n',
    'FROM debian:12\nRUN --security=sandbox x --network=host\n',
  ],
  *check({ instructions }) {
    for (const { flags } of instructions('run'))
      for (const flag of flags)
        if (isPrivileged(flag))
          yield { span: flag.span, message: `RUN --${flag.name} asks for more than a build step has.` };
  },
});

/** What is not known to be harmless counts as asking for more. */
function isPrivileged({ name, value }: Flag): boolean {
  if (name === 'security') return value !== 'sandbox';
  if (name === 'network') return value !== 'none' && value !== 'default';
  return name === 'device';
}

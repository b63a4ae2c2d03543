import type { EngineDescription } from '../../core/ports.ts';
import type { DockerApi } from './api.ts';
import { fieldOf, textOf, textsOf } from './json-fields.ts';

const ALWAYS = [
  'the disk use of a build is watched twice a second, not capped: a fast step can pass its limit before it is stopped',
  'Docker does not tell a signal from an exit status above 128: 139 is read as SIGSEGV',
  'an image whose /etc/passwd a RUN made a FIFO hangs dockerd in the start of the next RUN: the build times out, the container stays until dockerd is restarted',
  'the classic builder grants a RUN Docker’s default capabilities and does not bar it from new privileges',
];

/** What the daemon is and what it can't hold. Throws `engine-unavailable`. */
export async function describeDocker(api: DockerApi): Promise<EngineDescription> {
  const { body } = await api.must({ method: 'GET', path: '/info' });
  const security = textsOf(body, 'SecurityOptions').map((option) => option.split(',')[0]);
  const isRootless = security.includes('name=rootless');
  const lacks = (name: string, consequence: string): string[] =>
    fieldOf(body, name) === true ? [] : [consequence];
  return {
    name: 'docker',
    version: textOf(body, 'ServerVersion') || 'of unknown version',
    isRootless,
    sandboxes: ['docker'],
    degraded: [
      ...(isRootless || security.includes('name=userns')
        ? []
        : [
            'dockerd runs without user namespaces (--userns-remap): root in a build is the host’s root, and its number of processes is not bounded',
          ]),
      ...(security.includes('name=seccomp') ? [] : ['dockerd filters no system calls (no seccomp)']),
      ...lacks('MemoryLimit', 'the kernel has no memory cgroup: memory is not bounded'),
      ...lacks('SwapLimit', 'the kernel does not count swap: memory may be passed by swapping'),
      ...lacks('CpuCfsQuota', 'the kernel has no CPU quota: CPU time is not bounded'),
      ...lacks('PidsLimit', 'the kernel has no pids cgroup: the number of processes is not bounded'),
      ...ALWAYS,
    ],
  };
}

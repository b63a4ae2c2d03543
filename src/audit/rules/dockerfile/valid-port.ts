import { defineDockerfileRule } from '../../rule.ts';

const MAX_PORT = 65_535;

export const validPort = defineDockerfileRule({
  id: 'DL3011',
  name: 'valid-port',
  severity: 'error',
  what: 'A port is outside 0 to 65535.',
  why: 'There is no such port, so the build fails.',
  fix: 'Name the port on which the program listens.',
  sources: ['hadolint DL3011', 'Trivy DS-0008'],
  bad: ['FROM debian:12\nEXPOSE 80000\n', 'FROM debian:12\nEXPOSE 40000-80000/tcp\n'],
  good: ['FROM debian:12\nEXPOSE 80 443/tcp 8000-8010/udp\n', 'FROM debian:12\nEXPOSE $PORT 4000-$X\n'],
  *check({ instructions }) {
    for (const { args } of instructions('expose'))
      for (const { value, span } of args) {
        const ports = value.split('/')[0]?.split('-') ?? [];
        if (ports.some((port) => /^\d+$/.test(port) && Number(port) > MAX_PORT)) yield { span };
      }
  },
});

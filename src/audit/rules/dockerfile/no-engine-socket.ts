import type { Span } from '../../../core/finding.ts';
import type { Instruction } from '../../../dockerfile/model.ts';
import { defineDockerfileRule } from '../../rule.ts';

const SOCKET = /(?:docker|containerd|crio|podman)\.sock\b/;

export const noEngineSocket = defineDockerfileRule({
  id: 'DD1203',
  name: 'no-engine-socket',
  severity: 'warning',
  what: 'The file reckons with the socket of the container engine inside the container.',
  why: 'Whoever reaches that socket owns the machine: it starts any container with any right.',
  fix: 'Do without it, or talk to a remote engine with TLS and a narrow proxy.',
  sources: ['OWASP-Docker #1b', 'CWE-250'],
  bad: [
    'FROM debian:12\nVOLUME /var/run/docker.sock\n',
    'FROM debian:12\nENV DOCKER_HOST=unix:///var/run/docker.sock\n',
    'FROM debian:12\nRUN chmod 666 /run/podman/podman.sock\n',
  ],
  good: ['FROM debian:12\nVOLUME /data\n', 'FROM debian:12\nCMD ["docker.socket"]\n'],
  *check({ instructions }) {
    for (const instruction of instructions(
      'volume',
      'env',
      'arg',
      'run',
      'cmd',
      'entrypoint',
      'label',
      'user',
    )) {
      const span = socketIn(instruction);
      if (span !== null) yield { span };
    }
  },
});

function socketIn({ body, span, heredocs, args }: Instruction): Span | null {
  const word = args.find(({ value }) => SOCKET.test(value));
  if (word !== undefined) return word.span;
  return SOCKET.test(body.text) || heredocs.some((heredoc) => SOCKET.test(heredoc.body.text)) ? span : null;
}

import { defineDockerfileRule } from '../../rule.ts';

export const noSshPort = defineDockerfileRule({
  id: 'DD1501',
  name: 'no-ssh-port',
  severity: 'warning',
  what: 'EXPOSE names port 22, the one of SSH.',
  why: 'A container with an SSH server has keys to steal and a second way in; engines have exec and logs for that.',
  fix: 'Leave the server out and use exec, or listen on another port if it is the program itself.',
  sources: ['Trivy DS-0004', 'Checkov CKV_DOCKER_1', 'CIS-Docker 5.6'],
  bad: [
    'FROM debian:12\nEXPOSE 22\n',
    'FROM debian:12\nEXPOSE 80 22/tcp\n',
    'FROM debian:12\nARG P=22\nEXPOSE $P\n',
  ],
  good: ['FROM debian:12\nEXPOSE 80 2222/tcp 22/udp\n'],
  *check({ instructions, scopes }) {
    for (const expose of instructions('expose'))
      for (const port of expose.args)
        if (/^0*22(?:\/tcp)?$/i.test(scopes.expand(port, expose).text)) yield { span: port.span };
  },
});

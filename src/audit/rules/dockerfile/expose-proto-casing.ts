import { replace, safeFix } from '../../edits.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const exposeProtoCasing = defineDockerfileRule({
  id: 'DD1604',
  name: 'expose-proto-casing',
  severity: 'info',
  what: 'EXPOSE names its protocol in capital letters.',
  why: 'Not every tool that reads the image takes TCP for tcp.',
  fix: 'Write tcp, udp or sctp.',
  sources: ['BuildKit ExposeProtoCasing'],
  bad: ['FROM debian:12\nEXPOSE 80/TCP\n'],
  good: ['FROM debian:12\nEXPOSE 80 53/udp $P/$PROTO\n'],
  *check({ instructions }) {
    for (const { args } of instructions('expose'))
      for (const { text, span } of args)
        if (/^[^$"']*\/[a-z]*[A-Z][A-Za-z]*$/.test(text))
          yield { span, fix: safeFix('Write it in lower case.', replace(span, text.toLowerCase())) };
  },
});

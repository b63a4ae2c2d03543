import { isRemoteSource } from '../../../dockerfile/remote-source.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const noRemoteAdd = defineDockerfileRule({
  id: 'DD1201',
  name: 'no-remote-add',
  severity: 'warning',
  what: 'ADD fetches from an address without a checksum.',
  why: 'Whatever stands at that address on the day of the build goes into the image, unseen and unchecked.',
  fix: 'Put the file into the context and COPY it, or give --checksum=sha256:….',
  sources: ['CIS-Docker 4.9', 'OWASP-Docker #9d', 'CWE-494'],
  bad: [
    'FROM debian:12\nADD https://e.org/x /x\n',
    'FROM debian:12\nADD ["git@github.com:a/b.git", "/x"]\n',
    'FROM debian:12\nARG U=http://e.org\nADD $U/x /x\n',
  ],
  good: [
    'FROM debian:12\nADD --checksum=sha256:0123 https://e.org/x /x\n',
    'FROM debian:12\nADD x.tar.gz /x\n',
  ],
  *check({ instructions, scopes }) {
    for (const add of instructions('add'))
      for (const source of add.sources)
        if (
          isRemoteSource(scopes.expand(source, add).text) &&
          !add.flags.some(({ name }) => name === 'checksum')
        )
          yield { span: source.span };
  },
});

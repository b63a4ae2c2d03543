import { isRemoteSource } from '../../../dockerfile/remote-source.ts';
import { replace, safeFix } from '../../edits.ts';
import { defineDockerfileRule } from '../../rule.ts';

const ARCHIVE = /\.(?:tar|gz|bz2|xz|z|lz|lzma|zst|zip|tgz|tb2|tbz|tbz2|tz2|tpz|taz|tlz|txz|tzst)$/i;

export const copyNotAdd = defineDockerfileRule({
  id: 'DL3020',
  name: 'copy-not-add',
  severity: 'warning',
  what: 'ADD copies files that are neither remote nor an archive.',
  why: 'ADD fetches and unpacks by what it is given; COPY does what is written and nothing else.',
  fix: 'Use COPY.',
  sources: [
    'hadolint DL3020',
    'Trivy DS-0005',
    'Checkov CKV_DOCKER_4',
    'CIS-Docker 4.9',
    'OWASP-Docker #9d',
    'dockle CIS-DI-0009',
  ],
  bad: ['FROM debian:12\nADD file /x\n', 'FROM debian:12\nADD ["a", "b", "/x/"]\n'],
  good: [
    'FROM debian:12\nADD x.tar.gz /x/\n',
    'FROM debian:12\nADD https://e.org/x /x\n',
    'FROM debian:12\nCOPY a /x\n',
  ],
  *check({ instructions, scopes }) {
    for (const add of instructions('add')) {
      const isNeeded = add.sources.some((source) => {
        const { text } = scopes.expand(source, add);
        return isRemoteSource(text) || ARCHIVE.test(text) || text.includes('$');
      });
      if (!isNeeded && add.sources.length > 0)
        yield { span: add.keywordSpan, fix: safeFix('Copy.', replace(add.keywordSpan, 'COPY')) };
    }
  },
});

import { defineDockerfileRule } from '../../rule.ts';

const SECRET =
  /(?:^|_)(?:apikey|api_key|auth|credentials?|key|passw(?:or)?d|passphrase|pword|pwd|secret|token)s?(?:_|$)/i;
/** Names that hold such a word but no secret. */
const HARMLESS = /(?:^|_)(?:public|pub|file|path|dir|url|name|length|size|type)(?:_|$)|^(?:PWD|OLDPWD)$/i;

export const noSecretsInEnv = defineDockerfileRule({
  id: 'DL3064',
  name: 'no-secrets-in-env',
  severity: 'warning',
  what: 'A variable that looks like a secret is set by ARG or ENV.',
  why: 'Both stay readable in the image: ENV in its configuration, ARG in its history.',
  fix: 'Mount it with RUN --mount=type=secret, or give it when the container starts.',
  sources: [
    'hadolint DL3064',
    'Trivy DS-0031',
    'BuildKit SecretsUsedInArgOrEnv',
    'CIS-Docker 4.10',
    'OWASP-Docker #12',
    'OWASP-Node N8b',
    'dockle CIS-DI-0010',
  ],
  bad: [
    'FROM debian:12\nARG NPM_TOKEN\n',
    'FROM debian:12\nENV db_password=x\n',
    'ARG AWS_ACCESS_KEY_ID\nFROM debian:12\n',
  ],
  good: ['FROM debian:12\nENV PORT=80 TOKEN_FILE=/run/secrets/t KEYBOARD=us PUBLIC_KEY=x\n'],
  *check({ instructions }) {
    for (const { pairs } of instructions('arg', 'env'))
      for (const { key, keySpan } of pairs)
        if (SECRET.test(key) && !HARMLESS.test(key))
          yield {
            span: keySpan,
            message: `${key.slice(0, 60)} looks like a secret and stays readable in the image.`,
          };
  },
});

import type { ShellCommand } from '../../../dockerfile/shell/model.ts';
import { commandName, hasFlag } from '../../command-words.ts';
import { pipWords } from '../../pip-command.ts';
import { defineDockerfileRule } from '../../rule.ts';

/** Flags that switch a check off, by program. A map and no object: a program may be called `constructor`. */
const FLAGS: ReadonlyMap<string, readonly string[]> = new Map([
  ['apk', ['allow-untrusted']],
  ['apt', ['allow-unauthenticated', 'force-yes', 'allow-insecure-repositories']],
  ['apt-get', ['allow-unauthenticated', 'force-yes', 'allow-insecure-repositories']],
  ['curl', ['insecure', 'proxy-insecure']],
  ['dnf', ['nogpgcheck', 'no-gpgchecks']],
  ['microdnf', ['nogpgcheck', 'no-gpgchecks']],
  ['rpm', ['nosignature', 'nodigest', 'noverify']],
  ['tdnf', ['nogpgcheck']],
  ['wget', ['no-check-certificate']],
  ['yum', ['nogpgcheck']],
  ['zypper', ['no-gpg-checks', 'allow-unsigned-rpm']],
]);
/** `k` in a cluster, not in the value of another flag as in `-okey`. */
const INSECURE_CURL = /^-[#0-46agGfiIjJlLnNOpqRsSv]*k/;
/** Words after a program's name that do the same. */
const WORDS: readonly RegExp[] = [
  /^(?:npm|yarn|pnpm) (?:.* )?(?:--strict-ssl[= ]false|--no-strict-ssl|config set strict-ssl[= ]?false)/,
  /^git (?:.* )?http\.sslverify[= ](?:false|0)/i,
  /^(?:pip config|pip3 config) set \S*trusted-host /,
  /^(?:npm config|npm) set strict-ssl[= ]?false/,
  /^apt(?:-get)? .*(?:AllowUnauthenticated|AllowInsecureRepositories)=(?:true|1)/i,
  /^apt(?:-get)? .*Verify-(?:Peer|Host)=(?:false|0)/i,
  /^(?:yum|dnf|microdnf|tdnf|yum-config-manager) .*(?:sslverify|gpgcheck)=(?:0|false|no)\b/i,
];
const SPOKEN = /^(?:npm|yarn|pnpm|git|pip3?|apt|apt-get|yum|dnf|microdnf|tdnf|yum-config-manager)$/;
/** Variables that do the same for every program that is started. */
const VARIABLES: readonly (readonly [name: RegExp, value: RegExp])[] = [
  [/^(?:PYTHONHTTPSVERIFY|NODE_TLS_REJECT_UNAUTHORIZED)$/, /^0$/],
  [/^GIT_SSL_NO_VERIFY$/, /^(?!0$|false$|$)/i],
  [/^npm_config_strict_ssl$/i, /^(?:false|0)$/i],
  [/^PIP_TRUSTED_HOST$/, /./],
];

export const noDisabledVerification = defineDockerfileRule({
  id: 'DD1204',
  name: 'no-disabled-verification',
  severity: 'warning',
  what: 'A check of certificates or signatures is switched off.',
  why: 'Anybody on the way can then put what they like into the image.',
  fix: 'Install the certificate or the key that is missing, and leave the check on.',
  sources: [
    'Checkov CKV2_DOCKER_2',
    'Checkov CKV2_DOCKER_3',
    'Checkov CKV2_DOCKER_4',
    'Checkov CKV2_DOCKER_5',
    'Checkov CKV2_DOCKER_6',
    'Checkov CKV2_DOCKER_7',
    'Checkov CKV2_DOCKER_8',
    'Checkov CKV2_DOCKER_9',
    'Checkov CKV2_DOCKER_10',
    'Checkov CKV2_DOCKER_11',
    'Checkov CKV2_DOCKER_12',
    'Checkov CKV2_DOCKER_13',
    'Checkov CKV2_DOCKER_14',
    'Checkov CKV2_DOCKER_15',
    'Checkov CKV2_DOCKER_16',
    'CWE-295',
    'CWE-347',
  ],
  bad: [
    'FROM debian:12\nRUN curl -fsSLk https://e.org/x -o y\n',
    'FROM debian:12\nRUN wget --no-check-certificate https://e.org/x\n',
    'FROM python:3.12\nRUN pip install --trusted-host e.org x==1\n',
    'FROM node:24\nENV NODE_TLS_REJECT_UNAUTHORIZED=0\n',
    'FROM node:24\nRUN npm config set strict-ssl false\n',
    'FROM debian:12\nRUN GIT_SSL_NO_VERIFY=1 git clone https://e.org/x\n',
    'FROM centos:7\nRUN yum --setopt=sslverify=0 install -y x-1\n',
    'FROM alpine:3.20\nRUN apk add --allow-untrusted x.apk\n',
  ],
  good: [
    'FROM debian:12\nRUN curl -fsSL https://e.org/x -o /key && wget -q https://e.org/x\n',
    'FROM node:24\nENV NODE_TLS_REJECT_UNAUTHORIZED=1 GIT_SSL_NO_VERIFY=0\nRUN npm config set strict-ssl true\n',
    'FROM debian:12\nRUN echo --no-check-certificate && constructor -k && curl -okey https://e.org/x\n',
  ],
  *check({ commands, instructions }) {
    for (const { command } of commands) {
      const found = weakness(command);
      if (found !== null) yield { span: command.span, message: messageOf(found) };
    }
    for (const { pairs } of instructions('env', 'arg'))
      for (const { key, value, span } of pairs)
        if (switchesOff(key, value ?? '')) yield { span, message: messageOf(key) };
  },
});

/** What switches a check off, as it is called; null when nothing does. */
function weakness(command: ShellCommand): string | null {
  const name = commandName(command);
  const flag = FLAGS.get(name)?.find((each) => hasFlag(command, each));
  if (flag !== undefined) return `${name} --${flag}`;
  if (name === 'curl' && command.args.some(({ value }) => INSECURE_CURL.test(value))) return 'curl -k';
  if (pipWords(command)?.some(({ value }) => /^--trusted-host\b/.test(value)) === true)
    return 'pip --trusted-host';
  if (SPOKEN.test(name) && WORDS.some((each) => each.test(wordsOf(command)))) return name;
  return (
    command.assignments.find(({ name: key, value }) => switchesOff(key, value?.value ?? ''))?.name ?? null
  );
}

function wordsOf(command: ShellCommand): string {
  return [commandName(command), ...command.args.map(({ value }) => value)].join(' ').slice(0, 2_000);
}

function switchesOff(key: string, value: string): boolean {
  return VARIABLES.some(([name, off]) => name.test(key) && off.test(value));
}

function messageOf(by: string): string {
  return `A check of certificates or signatures is switched off by ${by.slice(0, 60)}.`;
}

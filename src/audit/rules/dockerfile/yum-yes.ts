import { hasFlag, isProgram } from '../../command-words.ts';
import { rpmSubcommand, rpmSubcommandWord } from '../../rpm-packages.ts';
import { defineDockerfileRule } from '../../rule.ts';
import { findUnanswered } from '../../unanswered-commands.ts';

const ASKS: ReadonlySet<string> = new Set(['install', 'groupinstall', 'localinstall', 'reinstall']);

export const yumYes = defineDockerfileRule({
  id: 'DL3030',
  name: 'yum-yes',
  severity: 'warning',
  what: '`yum install` asks for confirmation, which nobody gives.',
  why: 'Without an answer the build stops.',
  fix: 'Add -y.',
  sources: ['hadolint DL3030'],
  bad: ['FROM centos:7\nRUN yum install x-1\n', 'FROM centos:7\nRUN ["yum", "install", "x-1"]\n'],
  good: [
    'FROM centos:7\nRUN yum install -y x-1 && yum -y groupinstall y\n',
    'FROM centos:7\nRUN yum --assumeyes install x-1 && yum clean all\n',
  ],
  check: (subject) =>
    findUnanswered(subject, (command) =>
      isProgram(command, 'yum') && ASKS.has(rpmSubcommand(command)) && !hasFlag(command, 'y', 'assumeyes')
        ? rpmSubcommandWord(command)
        : null,
    ),
});

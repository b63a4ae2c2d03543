import type { ShellCommand } from '../../../dockerfile/shell/model.ts';
import { commandName, operandsOf } from '../../command-words.ts';
import { defineDockerfileRule } from '../../rule.ts';

/** A map and no object: a program may be called `constructor`. */
const UPDATE: ReadonlyMap<string, readonly string[]> = new Map([
  ['apt', ['update']],
  ['apt-get', ['update']],
  ['aptitude', ['update']],
  ['apk', ['update']],
  ['dnf', ['makecache', 'check-update']],
  ['yum', ['makecache', 'check-update']],
  ['zypper', ['refresh', 'ref']],
]);
/** Words that use the lists that an update fetched. */
const USE =
  /^(?:install|in|add|upgrade|dist-upgrade|full-upgrade|up|dup|patch|build-dep|satisfy|source|download|reinstall)$/;

export const noLoneUpdate = defineDockerfileRule({
  id: 'DD1503',
  name: 'no-lone-update',
  severity: 'warning',
  what: 'Package lists are fetched in a RUN that installs nothing.',
  why: 'The cache keeps that layer, so later builds install from old lists: without security fixes, or not at all.',
  fix: 'Fetch and install in one RUN, joined by &&.',
  sources: ['Trivy DS-0017', 'Checkov CKV_DOCKER_5', 'CIS-Docker 4.7', 'dockle DKL-DI-0005'],
  bad: [
    'FROM debian:12\nRUN apt-get update\nRUN apt-get install -y x=1\n',
    'FROM alpine:3.20\nRUN apk update && adduser -D x\n',
  ],
  good: [
    'FROM debian:12\nRUN apt-get update && apt-get install -y x=1 && rm -rf /var/lib/apt/lists/*\n',
    'FROM debian:12\nRUN apt-get update && apt-get upgrade -y\n',
    'FROM debian:12\nRUN apt-get update && ./install.sh\n',
    'FROM debian:12\nRUN sbt update && constructor update\n',
  ],
  *check({ commands }) {
    for (const ofRun of Map.groupBy(commands, ({ run }) => run).values()) {
      const update = ofRun.findLastIndex(({ command }) => isUpdate(command));
      const found = ofRun[update];
      if (found !== undefined && !ofRun.slice(update + 1).some(({ command }) => mayUse(command)))
        yield { span: found.command.span };
    }
  },
});

function isUpdate(command: ShellCommand): boolean {
  return UPDATE.get(commandName(command))?.includes(operandsOf(command)[0]?.value ?? '') === true;
}

/** A command that installs, or a script or unknown program that may. */
function mayUse(command: ShellCommand): boolean {
  const name = command.name?.value ?? '';
  return (
    name.includes('$') ||
    /[./]/.test(name) ||
    /^(?:bash|sh|make|xargs|eval|python\d*|pip\d*)$/.test(name) ||
    command.args.some(({ value }) => USE.test(value))
  );
}

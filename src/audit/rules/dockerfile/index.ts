import type { DockerfileRule } from '../../rule.ts';
import { absoluteWorkdir } from './absolute-workdir.ts';
import { aptGetNotApt } from './apt-get-not-apt.ts';
import { aptGetYes } from './apt-get-yes.ts';
import { cleanAptLists } from './clean-apt-lists.ts';
import { copyFromKnownStage } from './copy-from-known-stage.ts';
import { copyIntoFolder } from './copy-into-folder.ts';
import { copyNotAdd } from './copy-not-add.ts';
import { execForm } from './exec-form.ts';
import { fromFirst } from './from-first.ts';
import { noBidirectionalText } from './no-bidirectional-text.ts';
import { noCd } from './no-cd.ts';
import { noCopyFromItself } from './no-copy-from-itself.ts';
import { noCustomFrontend } from './no-custom-frontend.ts';
import { noEngineSocket } from './no-engine-socket.ts';
import { noInlineSuppression } from './no-inline-suppression.ts';
import { noInstallRecommends } from './no-install-recommends.ts';
import { noInteractiveTools } from './no-interactive-tools.ts';
import { noInvisibleCharacters } from './no-invisible-characters.ts';
import { noLatestTag } from './no-latest-tag.ts';
import { noMaintainer } from './no-maintainer.ts';
import { noPipeToShell } from './no-pipe-to-shell.ts';
import { noPrivilegedRun } from './no-privileged-run.ts';
import { noRemoteAdd } from './no-remote-add.ts';
import { noRootUser } from './no-root-user.ts';
import { noSecretsInEnv } from './no-secrets-in-env.ts';
import { noSudo } from './no-sudo.ts';
import { noSystemWorkdir } from './no-system-workdir.ts';
import { noTypographicQuotes } from './no-typographic-quotes.ts';
import { noWorldWritable } from './no-world-writable.ts';
import { onbuildInstruction } from './onbuild-instruction.ts';
import { pipefail } from './pipefail.ts';
import { setUser } from './set-user.ts';
import { singleCmd } from './single-cmd.ts';
import { singleEntrypoint } from './single-entrypoint.ts';
import { singleHealthcheck } from './single-healthcheck.ts';
import { tagVersion } from './tag-version.ts';
import { uniqueStageName } from './unique-stage-name.ts';
import { unreadable } from './unreadable.ts';
import { validPort } from './valid-port.ts';

/** Every rule about Dockerfiles, sorted by id. rules.test.ts fails when a file of this folder is missing here. */
export const DOCKERFILE_RULES: readonly DockerfileRule[] = [
  setUser,
  noCustomFrontend,
  noPrivilegedRun,
  noBidirectionalText,
  noInvisibleCharacters,
  noSystemWorkdir,
  noRemoteAdd,
  noPipeToShell,
  noEngineSocket,
  noWorldWritable,
  noTypographicQuotes,
  unreadable,
  noInlineSuppression,
  absoluteWorkdir,
  noInteractiveTools,
  noRootUser,
  noCd,
  noSudo,
  tagVersion,
  noLatestTag,
  cleanAptLists,
  validPort,
  singleHealthcheck,
  aptGetYes,
  noInstallRecommends,
  copyNotAdd,
  copyIntoFolder,
  copyFromKnownStage,
  noCopyFromItself,
  uniqueStageName,
  execForm,
  aptGetNotApt,
  onbuildInstruction,
  fromFirst,
  noSecretsInEnv,
  noMaintainer,
  singleCmd,
  singleEntrypoint,
  pipefail,
];

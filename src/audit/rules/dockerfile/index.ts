import type { DockerfileRule } from '../../rule.ts';
import { absoluteWorkdir } from './absolute-workdir.ts';
import { addArchives } from './add-archives.ts';
import { apkNoCache } from './apk-no-cache.ts';
import { aptGetNotApt } from './apt-get-not-apt.ts';
import { aptGetYes } from './apt-get-yes.ts';
import { cleanAptLists } from './clean-apt-lists.ts';
import { cleanDnfCache } from './clean-dnf-cache.ts';
import { cleanYarnCache } from './clean-yarn-cache.ts';
import { cleanYumCache } from './clean-yum-cache.ts';
import { cleanZypperCache } from './clean-zypper-cache.ts';
import { copyFromKnownStage } from './copy-from-known-stage.ts';
import { copyIntoFolder } from './copy-into-folder.ts';
import { copyNeedsWorkdir } from './copy-needs-workdir.ts';
import { copyNotAdd } from './copy-not-add.ts';
import { definitionDescription } from './definition-description.ts';
import { dnfYes } from './dnf-yes.ts';
import { execForm } from './exec-form.ts';
import { exposeProtoCasing } from './expose-proto-casing.ts';
import { fromAsCasing } from './from-as-casing.ts';
import { fromFirst } from './from-first.ts';
import { instructionCasing } from './instruction-casing.ts';
import { labelGitHash } from './label-git-hash.ts';
import { labelLicense } from './label-license.ts';
import { labelTime } from './label-time.ts';
import { labelUrl } from './label-url.ts';
import { labelVersion } from './label-version.ts';
import { mergeRuns } from './merge-runs.ts';
import { noAptDistUpgrade } from './no-apt-dist-upgrade.ts';
import { noBidirectionalText } from './no-bidirectional-text.ts';
import { noCd } from './no-cd.ts';
import { noCopyFromItself } from './no-copy-from-itself.ts';
import { noCustomFrontend } from './no-custom-frontend.ts';
import { noDisabledVerification } from './no-disabled-verification.ts';
import { noDistUpgrade } from './no-dist-upgrade.ts';
import { noEmptyContinuation } from './no-empty-continuation.ts';
import { noEmptyLabel } from './no-empty-label.ts';
import { noEngineSocket } from './no-engine-socket.ts';
import { noEnvSelfReference } from './no-env-self-reference.ts';
import { noFixedPlatform } from './no-fixed-platform.ts';
import { noInlineSuppression } from './no-inline-suppression.ts';
import { noInstallRecommends } from './no-install-recommends.ts';
import { noInteractiveTools } from './no-interactive-tools.ts';
import { noInvisibleCharacters } from './no-invisible-characters.ts';
import { noLatestTag } from './no-latest-tag.ts';
import { noLegacyPairs } from './no-legacy-pairs.ts';
import { noLoneUpdate } from './no-lone-update.ts';
import { noMaintainer } from './no-maintainer.ts';
import { noPipeToShell } from './no-pipe-to-shell.ts';
import { noPrivilegedRun } from './no-privileged-run.ts';
import { noRedundantPlatform } from './no-redundant-platform.ts';
import { noRemoteAdd } from './no-remote-add.ts';
import { noReservedStageName } from './no-reserved-stage-name.ts';
import { noRootUser } from './no-root-user.ts';
import { noSecretsInEnv } from './no-secrets-in-env.ts';
import { noSshPort } from './no-ssh-port.ts';
import { noSudo } from './no-sudo.ts';
import { noSystemWorkdir } from './no-system-workdir.ts';
import { noTypographicQuotes } from './no-typographic-quotes.ts';
import { noUndefinedVariable } from './no-undefined-variable.ts';
import { noWholeFilesystemCopy } from './no-whole-filesystem-copy.ts';
import { noWorldWritable } from './no-world-writable.ts';
import { numericUser } from './numeric-user.ts';
import { onbuildInstruction } from './onbuild-instruction.ts';
import { pinApkPackages } from './pin-apk-packages.ts';
import { pinAptPackages } from './pin-apt-packages.ts';
import { pinDnfPackages } from './pin-dnf-packages.ts';
import { pinGems } from './pin-gems.ts';
import { pinGoPackages } from './pin-go-packages.ts';
import { pinNpmPackages } from './pin-npm-packages.ts';
import { pinPipPackages } from './pin-pip-packages.ts';
import { pinYumPackages } from './pin-yum-packages.ts';
import { pinZypperPackages } from './pin-zypper-packages.ts';
import { pipNoCache } from './pip-no-cache.ts';
import { pipefail } from './pipefail.ts';
import { requiredLabels } from './required-labels.ts';
import { setHealthcheck } from './set-healthcheck.ts';
import { setUser } from './set-user.ts';
import { shellInstruction } from './shell-instruction.ts';
import { singleCmd } from './single-cmd.ts';
import { singleEntrypoint } from './single-entrypoint.ts';
import { singleHealthcheck } from './single-healthcheck.ts';
import { stageNameCasing } from './stage-name-casing.ts';
import { tagVersion } from './tag-version.ts';
import { undefinedArgInFrom } from './undefined-arg-in-from.ts';
import { uniqueStageName } from './unique-stage-name.ts';
import { unreadable } from './unreadable.ts';
import { useraddNoLogInit } from './useradd-no-log-init.ts';
import { validDefaultInFrom } from './valid-default-in-from.ts';
import { validLabelKey } from './valid-label-key.ts';
import { validPort } from './valid-port.ts';
import { wgetOrCurl } from './wget-or-curl.ts';
import { wgetProgress } from './wget-progress.ts';
import { yumYes } from './yum-yes.ts';
import { zypperYes } from './zypper-yes.ts';

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
  noDisabledVerification,
  noWorldWritable,
  noTypographicQuotes,
  noSshPort,
  noAptDistUpgrade,
  noLoneUpdate,
  stageNameCasing,
  instructionCasing,
  noLegacyPairs,
  exposeProtoCasing,
  fromAsCasing,
  noEmptyContinuation,
  noUndefinedVariable,
  undefinedArgInFrom,
  validDefaultInFrom,
  definitionDescription,
  unreadable,
  noInlineSuppression,
  absoluteWorkdir,
  noInteractiveTools,
  noRootUser,
  noCd,
  noSudo,
  tagVersion,
  noLatestTag,
  pinAptPackages,
  cleanAptLists,
  addArchives,
  validPort,
  singleHealthcheck,
  pinPipPackages,
  aptGetYes,
  noInstallRecommends,
  pinNpmPackages,
  pinApkPackages,
  apkNoCache,
  copyNotAdd,
  copyIntoFolder,
  copyFromKnownStage,
  noCopyFromItself,
  uniqueStageName,
  execForm,
  aptGetNotApt,
  pinGems,
  noFixedPlatform,
  yumYes,
  cleanYumCache,
  pinYumPackages,
  zypperYes,
  noDistUpgrade,
  cleanZypperCache,
  pinZypperPackages,
  dnfYes,
  cleanDnfCache,
  pinDnfPackages,
  pipNoCache,
  onbuildInstruction,
  noEnvSelfReference,
  copyNeedsWorkdir,
  useraddNoLogInit,
  wgetProgress,
  validLabelKey,
  requiredLabels,
  noEmptyLabel,
  labelUrl,
  labelTime,
  labelLicense,
  labelGitHash,
  labelVersion,
  setHealthcheck,
  mergeRuns,
  cleanYarnCache,
  fromFirst,
  pinGoPackages,
  noReservedStageName,
  noSecretsInEnv,
  noRedundantPlatform,
  numericUser,
  noWholeFilesystemCopy,
  noMaintainer,
  wgetOrCurl,
  singleCmd,
  singleEntrypoint,
  shellInstruction,
  pipefail,
];

import type { SecretRule } from '../rule.ts';
import { awsAccessKey } from './aws-access-key.ts';
import { awsSecretKey } from './aws-secret-key.ts';
import { azureStorageKey } from './azure-storage-key.ts';
import { dockerAuth } from './docker-auth.ts';
import { githubToken } from './github-token.ts';
import { gitlabToken } from './gitlab-token.ts';
import { googleApiKey } from './google-api-key.ts';
import { jsonWebToken } from './json-web-token.ts';
import { kubeconfigCredential } from './kubeconfig-credential.ts';
import { netrcPassword } from './netrc-password.ts';
import { npmToken } from './npm-token.ts';
import { npmrcAuth } from './npmrc-auth.ts';
import { passwordVariable } from './password-variable.ts';
import { privateKey } from './private-key.ts';
import { pypiToken } from './pypi-token.ts';
import { pypircPassword } from './pypirc-password.ts';
import { slackToken } from './slack-token.ts';
import { stripeKey } from './stripe-key.ts';
import { urlPassword } from './url-password.ts';

/**
 * Every rule. The first whose match covers a place wins, so what is told by its own form stands before what is told by
 * its place, and the guess by a variable's name is last.
 */
export const SECRET_RULES: readonly SecretRule[] = [
  privateKey,
  awsAccessKey,
  awsSecretKey,
  azureStorageKey,
  githubToken,
  gitlabToken,
  googleApiKey,
  npmToken,
  pypiToken,
  slackToken,
  stripeKey,
  jsonWebToken,
  dockerAuth,
  kubeconfigCredential,
  netrcPassword,
  npmrcAuth,
  pypircPassword,
  urlPassword,
  passwordVariable,
];

import { operandsOfSubcommand } from '../../command-operands.ts';
import { isProgram } from '../../command-words.ts';
import { defineDockerfileRule } from '../../rule.ts';
import { findUnpinned } from '../../unpinned-packages.ts';

const VALUE_FLAGS: ReadonlySet<string> = new Set([
  'C',
  'cache',
  'fetch-retries',
  'fetch-retry-maxtimeout',
  'fetch-retry-mintimeout',
  'fetch-timeout',
  'include',
  'install-strategy',
  'loglevel',
  'maxsockets',
  'network-timeout',
  'omit',
  'only',
  'prefix',
  'registry',
  'userconfig',
  'w',
  'workspace',
]);

export const pinNpmPackages = defineDockerfileRule({
  id: 'DL3016',
  name: 'pin-npm-packages',
  severity: 'warning',
  what: '`npm install` of a package takes whatever version is there today.',
  why: 'The same Dockerfile builds another image tomorrow, and a taken-over package comes in at once.',
  fix: 'Write package@version, or list it in package.json and use npm ci.',
  sources: ['hadolint DL3016'],
  bad: [
    'FROM node:24\nRUN npm install -g x\n',
    'FROM node:24\nRUN npm i @scope/x y@1\n',
    'FROM node:24\nRUN npm install git+https://e.org/a/b.git\n',
  ],
  good: [
    'FROM node:24\nRUN npm install && npm ci\n',
    'FROM node:24\nRUN npm install x@1.2 @scope/y@^2 ./z a.tgz\n',
    'FROM node:24\nRUN npm install --registry https://e.org git://e.org/a.git#v1\n',
    'FROM node:24\nARG V=1\nRUN npm install -g x@$V && npm run install x\n',
  ],
  check: (subject) =>
    findUnpinned(subject, {
      packagesOf: (command) =>
        isProgram(command, 'npm') ? operandsOfSubcommand(command, ['install', 'i', 'add'], VALUE_FLAGS) : [],
      isPinned,
    }),
});

function isPinned(text: string): boolean {
  if (/^git(?:\+\w+)?:/.test(text)) return text.includes('#');
  return /^(?:\.|\/|~|https?:)|\.(?:tar|tgz|tar\.gz)$|.@./.test(text);
}

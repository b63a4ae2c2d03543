import type { ShellCommand } from '../../../dockerfile/shell/model.ts';
import { hasSubcommand, isProgram } from '../../command-words.ts';
import { keptStages } from '../../kept-stages.ts';
import { findLeftCaches } from '../../left-caches.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const cleanYarnCache = defineDockerfileRule({
  id: 'DL3060',
  name: 'clean-yarn-cache',
  severity: 'info',
  what: 'The cache of yarn stays in the layer.',
  why: 'Every download then lies in the image twice.',
  fix: 'End the same RUN with yarn cache clean.',
  sources: ['hadolint DL3060'],
  bad: [
    'FROM node:24\nRUN yarn install\n',
    'FROM node:24 AS a\nRUN yarn install\nFROM a\n',
    'FROM node:24 AS a\nONBUILD RUN yarn install\nFROM scratch\n',
  ],
  good: [
    'FROM node:24\nRUN yarn install && yarn cache clean\n',
    'FROM node:24\nRUN --mount=type=cache,target=/root/.cache/yarn yarn install\n',
    'FROM node:24 AS a\nRUN yarn install\nFROM node:24\nCOPY --from=a /x /y\n',
  ],
  *check(subject) {
    const kept = keptStages(subject);
    const commands = subject.commands.filter(({ run }) => {
      const stage = subject.scopes.stageOf(run);
      return run.isTrigger || stage === null || kept.has(stage);
    });
    yield* findLeftCaches(
      { commands },
      {
        fills: (command) => isYarn(command, 'install'),
        cleans: (command) => isYarn(command, 'cache', 'clean'),
        folders: ['/root/.cache/yarn', '/usr/local/share/.cache/yarn'],
        cleanCommand: () => 'yarn cache clean',
      },
    );
  },
});

function isYarn(command: ShellCommand, ...words: readonly string[]): boolean {
  return isProgram(command, 'yarn') && hasSubcommand(command, ...words);
}

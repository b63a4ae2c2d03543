import { entropyBits } from '../entropy.ts';
import { defineRule, sample } from '../rule.ts';

export const npmToken = defineRule({
  id: 'npm-token',
  title: 'npm token',
  sources: ['https://github.blog/changelog/2021-09-23-npm-has-a-new-access-token-format/'],
  keywords: ['npm_'],
  pattern: /(?<![A-Za-z0-9])(?<secret>npm_[A-Za-z0-9]{36})(?![A-Za-z0-9])/g,
  isReal: (secret) => entropyBits(secret) > 3.5,
  publicPrefix: 4,
  bad: [`//registry.example/:_authToken=npm_${sample(36)}`],
  good: ['npm_config_registry=https://registry.example', `npm_${sample(30)}`],
});

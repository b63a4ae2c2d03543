import { entropyBits } from '../entropy.ts';
import { defineRule, sample } from '../rule.ts';

export const githubToken = defineRule({
  id: 'github-token',
  title: 'GitHub token',
  sources: ['https://github.blog/2021-04-05-behind-githubs-new-authentication-token-formats/'],
  keywords: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'],
  pattern:
    /(?<![A-Za-z0-9])(?<secret>gh[pousr]_[A-Za-z0-9]{36,255}|github_pat_[A-Za-z0-9]{22}_[A-Za-z0-9]{59})(?![A-Za-z0-9])/g,
  isReal: (secret) => entropyBits(secret) > 3.5,
  publicPrefix: 4,
  bad: [
    `token: ghp_${sample(36)}`,
    `https://ghs_${sample(40)}@github.com/a/b`,
    `github_pat_${sample(22)}_${sample(59)}`,
  ],
  good: [`ghp_${'x'.repeat(36)}`, `ghp_${sample(20)}`, 'ghp_ is the prefix of personal access tokens'],
});

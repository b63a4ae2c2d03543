import { entropyBits } from '../entropy.ts';
import { defineRule, sample } from '../rule.ts';

export const gitlabToken = defineRule({
  id: 'gitlab-token',
  title: 'GitLab token',
  sources: ['https://docs.gitlab.com/security/tokens/#token-prefixes'],
  keywords: ['glpat-', 'gldt-', 'glrt-', 'glptt-', 'glcbt-'],
  pattern: /(?<![A-Za-z0-9])(?<secret>gl(?:pat|dt|rt|ptt|cbt)-[A-Za-z0-9_-]{20,64})/g,
  isReal: (secret) => entropyBits(secret) > 3.3,
  publicPrefix: 6,
  bad: [`PRIVATE-TOKEN: glpat-${sample(20)}`],
  good: ['PRIVATE-TOKEN: glpat-xxxxxxxxxxxxxxxxxxxx', 'glpat-short'],
});

import { defineRule, sample } from '../rule.ts';

export const npmrcAuth = defineRule({
  id: 'npmrc-auth',
  title: 'Registry credential of npm or Yarn',
  sources: ['https://docs.npmjs.com/cli/configuring-npm/npmrc'],
  keywords: ['_auth', '_password', 'npmAuth'],
  where: /(?:npmrc|\/\.yarnrc(?:\.yml)?)$/,
  pattern:
    /(?:_authToken|_auth|_password|npmAuthToken|npmAuthIdent)["']?\s{0,3}[=:]\s{0,3}["']?(?<secret>[^\s"']{8,500})/g,
  bad: [
    { at: '/root/.npmrc', text: `//registry.example/:_authToken=${sample(36)}` },
    { at: '/app/.yarnrc.yml', text: `npmAuthToken: "${sample(36)}"` },
  ],
  good: [
    { at: '/root/.npmrc', text: '//registry.example/:_authToken=$NPM_TOKEN' },
    { at: '/root/.npmrc', text: 'registry=https://registry.example/' },
  ],
});

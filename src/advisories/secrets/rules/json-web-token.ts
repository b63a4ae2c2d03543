import { defineRule, sample } from '../rule.ts';

const HEAD = 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9';

export const jsonWebToken = defineRule({
  id: 'json-web-token',
  title: 'JSON Web Token',
  sources: ['RFC 7519'],
  keywords: ['eyJ'],
  pattern:
    /(?<![A-Za-z0-9_-])(?<secret>eyJ[A-Za-z0-9_-]{12,2000}\.eyJ[A-Za-z0-9_-]{12,8000}\.[A-Za-z0-9_-]{40,1000})/g,
  publicPrefix: 3,
  bad: [`Authorization: Bearer ${HEAD}.eyJzdWIiOiI0MiIsImlhdCI6MTcwMH0.${sample(43)}`],
  good: [
    `${HEAD}.eyJzdWIiOiIxMjM0NTY3ODkwIn0.SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV_adQssw5c`,
    `${HEAD}.eyJzdWIiOiI0MiJ9.`,
  ],
});

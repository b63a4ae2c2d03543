import { entropyBits } from '../entropy.ts';
import { defineRule, sample } from '../rule.ts';

export const googleApiKey = defineRule({
  id: 'google-api-key',
  title: 'Google API key',
  sources: ['https://cloud.google.com/docs/authentication/api-keys'],
  keywords: ['AIza', 'GOCSPX-'],
  pattern: /(?<![A-Za-z0-9_-])(?<secret>AIza[A-Za-z0-9_-]{35}|GOCSPX-[A-Za-z0-9_-]{28})(?![A-Za-z0-9_-])/g,
  isReal: (secret) => entropyBits(secret) > 3.5,
  publicPrefix: 4,
  bad: [`key=AIza${sample(35)}`, `client_secret: GOCSPX-${sample(28)}`],
  good: [`key=AIza${'a'.repeat(35)}`, `key=AIza${sample(60)}`],
});

import { entropyBits } from '../entropy.ts';
import { defineRule, sample } from '../rule.ts';

const DIGITS = '0123456789';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789';

export const slackToken = defineRule({
  id: 'slack-token',
  title: 'Slack token or webhook',
  sources: ['https://api.slack.com/authentication/token-types'],
  keywords: ['xox', 'hooks.slack.com'],
  pattern:
    /(?<![A-Za-z0-9])(?<secret>xox[abeoprs]-(?:[0-9]{8,14}-){1,3}[A-Za-z0-9-]{16,200}|https:\/\/hooks\.slack\.com\/services\/T[A-Z0-9]{7,12}\/B[A-Z0-9]{7,12}\/[A-Za-z0-9]{20,32})/g,
  isReal: (secret) => entropyBits(secret.slice(-20)) > 3,
  publicPrefix: 5,
  bad: [
    `SLACK=xoxb-${sample(12, DIGITS)}-${sample(12, DIGITS)}-${sample(24)}`,
    `https://hooks.slack.com/services/T${sample(8, UPPER)}/B${sample(8, UPPER)}/${sample(24)}`,
  ],
  good: [`https://hooks.slack.com/services/T00000000/B00000000/${'X'.repeat(24)}`, 'xoxb-your-token'],
});

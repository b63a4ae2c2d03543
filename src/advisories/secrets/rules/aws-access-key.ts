import { entropyBits } from '../entropy.ts';
import { defineRule, sample } from '../rule.ts';

const BASE32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export const awsAccessKey = defineRule({
  id: 'aws-access-key',
  title: 'AWS access key',
  sources: ['https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html'],
  keywords: ['AKIA', 'ASIA', 'ABIA', 'ACCA'],
  pattern: /(?<![A-Za-z0-9])(?<secret>(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16})(?![A-Za-z0-9])/g,
  isReal: (secret) => entropyBits(secret) > 3,
  publicPrefix: 4,
  bad: [
    `aws_access_key_id = AKIA${sample(16, BASE32)}`,
    { at: 'env:KEY', text: `KEY=ASIA${sample(16, BASE32)}` },
  ],
  good: [
    'aws_access_key_id = AKIAIOSFODNN7EXAMPLE',
    `x${'AKIA'}${sample(16, BASE32)}`,
    `AKIA${'A'.repeat(16)}`,
    `AKIA${sample(15, BASE32)}`,
  ],
});

import { entropyBits } from '../entropy.ts';
import { defineRule, sample } from '../rule.ts';

export const awsSecretKey = defineRule({
  id: 'aws-secret-key',
  title: 'AWS secret access key',
  sources: ['https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html'],
  keywords: ['secret', 'SECRET', 'Secret'],
  pattern:
    /aws.{0,10}secret.{0,12}key["']?\s{0,3}(?:=|:|=>)\s{0,3}["']?(?<secret>[A-Za-z0-9/+]{40})(?![A-Za-z0-9/+=])/gi,
  isReal: (secret) => entropyBits(secret) > 4,
  bad: [
    `aws_secret_access_key = ${sample(40)}`,
    { at: 'env:AWS_SECRET_ACCESS_KEY', text: `AWS_SECRET_ACCESS_KEY=${sample(40)}` },
  ],
  good: [
    'aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
    'aws_secret_access_key = $AWS_SECRET_ACCESS_KEY',
    `aws_secret_access_key = ${'a'.repeat(40)}`,
    `sha1 = ${sample(40, '0123456789abcdef')}`,
  ],
});

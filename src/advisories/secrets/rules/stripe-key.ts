import { entropyBits } from '../entropy.ts';
import { defineRule, sample } from '../rule.ts';

export const stripeKey = defineRule({
  id: 'stripe-key',
  title: 'Stripe live key',
  sources: ['https://docs.stripe.com/keys'],
  keywords: ['sk_live_', 'rk_live_'],
  pattern: /(?<![A-Za-z0-9])(?<secret>[sr]k_live_[A-Za-z0-9]{20,250})/g,
  isReal: (secret) => entropyBits(secret.slice(8)) > 3,
  publicPrefix: 8,
  bad: [`STRIPE_KEY: sk_live_${sample(40)}`],
  good: [`STRIPE_KEY: sk_test_${sample(40)}`, `pk_live_${sample(40)}`, `sk_live_${'0'.repeat(24)}`],
});

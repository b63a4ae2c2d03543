import { defineRule, sample } from '../rule.ts';

export const pypiToken = defineRule({
  id: 'pypi-token',
  title: 'PyPI token',
  sources: ['https://docs.pypi.org/api/secrets/'],
  keywords: ['pypi-AgEI', 'pypi-AgEN'],
  pattern: /(?<secret>pypi-AgE[IN][A-Za-z0-9_-]{60,1000})/g,
  publicPrefix: 5,
  bad: [`password = pypi-AgEIcHlwaS5vcmc${sample(120)}`],
  good: ['password = pypi-AgEIcHlwaS5vcmc...', 'pypi-server'],
});

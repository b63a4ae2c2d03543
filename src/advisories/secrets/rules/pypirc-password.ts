import { defineRule } from '../rule.ts';

export const pypircPassword = defineRule({
  id: 'pypirc-password',
  title: 'Password in pypirc',
  sources: ['https://packaging.python.org/en/latest/specifications/pypirc/'],
  keywords: ['password'],
  where: /\/\.pypirc$/,
  pattern: /^[ \t]*password\s{0,5}[=:][ \t]{0,5}(?<secret>\S{3,1000})/gm,
  bad: [{ at: '/root/.pypirc', text: '[pypi]\nusername = dan\npassword = correct-horse-9\n' }],
  good: [
    { at: '/root/.pypirc', text: '[pypi]\nusername = __token__\npassword = <PyPI token>\n' },
    { at: '/app/setup.cfg', text: 'password = correct-horse-9' },
  ],
});

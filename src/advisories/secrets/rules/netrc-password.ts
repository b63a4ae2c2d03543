import { defineRule } from '../rule.ts';

export const netrcPassword = defineRule({
  id: 'netrc-password',
  title: 'Password in netrc',
  sources: ['https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html'],
  keywords: ['password'],
  where: /(?:\/[._]netrc|\/apt\/auth\.conf(?:\.d\/[^/]+)?)$/,
  pattern: /(?:^|\s)password\s{1,10}(?<secret>\S{3,500})/g,
  bad: [
    { at: '/root/.netrc', text: 'machine git.example login dan password correct-horse-9' },
    { at: '/etc/apt/auth.conf.d/a.conf', text: 'machine a.example\nlogin b\npassword correct-horse-9\n' },
  ],
  good: [
    { at: '/root/.netrc', text: 'machine git.example login dan password $GIT_PASSWORD' },
    { at: '/app/readme', text: 'the password correct-horse-9' },
  ],
});

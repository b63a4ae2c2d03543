import { defineRule, sample } from '../rule.ts';

export const passwordVariable = defineRule({
  id: 'password-variable',
  title: 'Password or token in a variable',
  sources: ['https://docs.docker.com/reference/build-checks/secrets-used-in-arg-or-env/'],
  keywords: ['='],
  where: /^(?:env|history):|(?:\/|\.)env(?:\.[\w-]+)?$/,
  pattern:
    /(?:^|[\s|'"])(?:export )?(?:[A-Za-z0-9_]{0,60}_)?(?:PASSWORD|PASSWD|PASSPHRASE|SECRET|SECRET_KEY|TOKEN|API_?KEY|ACCESS_KEY|PRIVATE_KEY|CREDENTIALS?)=["']?(?<secret>[^\s"']{6,2000})/gim,
  // A file's path and a URL without a password tell where the secret is, not what.
  isReal: (secret) => !/^(?:\/|\.{1,2}\/|file:|https?:\/\/[^@]*$)/.test(secret),
  bad: [
    { at: 'env:MYSQL_ROOT_PASSWORD', text: 'MYSQL_ROOT_PASSWORD=correct-horse-9' },
    { at: '/app/.env', text: `A=1\nexport API_KEY="${sample(20)}"\n` },
    { at: 'history:4', text: `|1 NPM_TOKEN=${sample(20)} /bin/sh -c npm ci` },
  ],
  good: [
    { at: 'env:PASSWORD', text: 'PASSWORD=' },
    { at: 'env:DB_PASSWORD', text: 'DB_PASSWORD=changeme' },
    { at: 'env:DB_PASSWORD_FILE', text: 'DB_PASSWORD_FILE=/run/secrets/db_password' },
    { at: 'env:DB_PASSWORD', text: 'DB_PASSWORD=/run/secrets/db_password' },
    { at: 'env:GPG_KEY', text: 'GPG_KEY=7169605F62C751356D054A26A821E680E5FA6305' },
    { at: 'env:PYTHON_SHA256', text: `PYTHON_SHA256=${sample(64, '0123456789abcdef')}` },
    { at: 'history:2', text: 'RUN test -n "$TOKEN" && TOKEN=$(cat /run/secrets/token) npm ci' },
    { at: '/app/notes', text: 'PASSWORD=correct-horse-9' },
  ],
});

import { defineRule } from '../rule.ts';

const encode = (text: string): string => Buffer.from(text).toString('base64');

export const dockerAuth = defineRule({
  id: 'docker-auth',
  title: 'Registry credential of Docker',
  sources: ['https://docs.docker.com/reference/cli/docker/login/'],
  keywords: ['auth'],
  where: /(?:\/\.docker\/config\.json|\/\.dockercfg|\/\.dockerconfigjson|\/containers\/auth\.json)$/,
  pattern: /"(?:auth|identitytoken|password)"\s{0,4}:\s{0,4}"(?<secret>[^"\s]{4,4000})"/g,
  isReal: (secret) => {
    const [, password = ''] = Buffer.from(secret, 'base64').toString('utf8').split(':');
    return password === '' ? secret.length >= 20 : !/^(?:changeme|password|example|x+)$/i.test(password);
  },
  bad: [
    {
      at: '/root/.docker/config.json',
      text: `{"auths": {"registry.example": {"auth": "${encode('dan:correct-horse-9')}"}}}`,
    },
  ],
  good: [
    { at: '/root/.docker/config.json', text: '{"auths": {"registry.example": {}}, "credsStore": "pass"}' },
    { at: '/app/config.json', text: `{"auth": "${encode('dan:correct-horse-9')}"}` },
  ],
});

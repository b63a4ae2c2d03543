import { isRootUser } from '../../root-user.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const numericUser = defineDockerfileRule({
  id: 'DL3066',
  name: 'numeric-user',
  severity: 'info',
  what: 'USER is a name and not a number.',
  why: 'Kubernetes can not tell that a name is not root, so runAsNonRoot refuses the image.',
  fix: 'Write the number that the name has in the image, e.g. USER 65532.',
  sources: ['hadolint DL3066'],
  bad: ['FROM debian:12\nUSER app\n', 'FROM debian:12\nUSER app:1000\n'],
  // Root has the number 0 everywhere; DL3002 speaks of it.
  good: ['FROM debian:12\nUSER 1000:app\n', 'FROM debian:12\nUSER $APP_UID\n', 'FROM debian:12\nUSER root\n'],
  *check({ instructions }) {
    for (const { args } of instructions('user')) {
      const [user] = args;
      const name = user?.value.split(':')[0]?.trim() ?? '';
      if (
        user !== undefined &&
        name !== '' &&
        !/^\d+$/.test(name) &&
        !name.includes('$') &&
        !isRootUser(name)
      )
        yield { span: user.span };
    }
  },
});

import { isPlaceholder } from '../placeholder.ts';
import { defineRule } from '../rule.ts';

export const urlPassword = defineRule({
  id: 'url-password',
  title: 'Password in a URL',
  sources: ['RFC 3986 3.2.1'],
  keywords: ['://'],
  // In manuals and the comments of settings such URLs are examples; here they are in use.
  where:
    /^(?:env|history|label|config):|(?:\.env(?:\.[\w-]+)?|\/\.git-credentials|\/\.git\/config|\/\.gitconfig|\/pip\.conf|\/\.pip\/pip\.conf|\/sources\.list|\.list|\.sources)$/,
  pattern: /[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:/@"'<>]{0,200}:(?<secret>[^\s:/@"'<>]{3,500})@[A-Za-z0-9[]/gi,
  isReal: (secret) =>
    !isPlaceholder(decodeLoosely(secret)) && !/^(?:\*+|postgres|root|admin|guest|user)$/i.test(secret),
  bad: [
    { at: 'env:DATABASE_URL', text: 'DATABASE_URL=postgres://app:correct-horse-9@db/app' },
    { at: '/root/.git-credentials', text: 'https://dan:correct-horse-9@git.example' },
    {
      at: 'history:3',
      text: 'RUN pip install --index-url https://dan:correct-horse-9@pypi.example/simple a',
    },
  ],
  good: [
    { at: 'env:DATABASE_URL', text: 'DATABASE_URL=postgres://app:password@db/app' },
    { at: 'env:DATABASE_URL', text: 'DATABASE_URL=postgres://app:$PASSWORD@db/app' },
    { at: 'env:URL', text: 'URL=http://host:8080/a@b' },
    { at: '/etc/app.conf', text: '# e.g. postgres://app:correct-horse-9@db/app' },
  ],
});

function decodeLoosely(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

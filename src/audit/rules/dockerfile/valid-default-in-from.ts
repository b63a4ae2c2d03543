import { expandVariables } from '../../../dockerfile/expand.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const validDefaultInFrom = defineDockerfileRule({
  id: 'DD1609',
  name: 'valid-default-in-from',
  severity: 'info',
  what: 'FROM names no image unless the build is given an argument.',
  why: 'A plain build fails, and nobody can tell on which image this stands.',
  fix: 'Give the ARG a default that makes a whole image name.',
  sources: ['BuildKit InvalidDefaultArgInFrom'],
  bad: ['ARG TAG\nFROM debian:$TAG\n', 'ARG IMAGE\nFROM $IMAGE\n'],
  good: [
    'ARG TAG=12\nFROM debian:$TAG\n',
    'ARG VARIANT\nFROM debian:12$VARIANT\n',
    `ARG TAG\nFROM debian:\${TAG:-12}\n`,
    'FROM $UNDECLARED\n',
  ],
  *check({ dockerfile, instructions }) {
    const values = new Map<string, string>();
    for (const { pairs } of dockerfile.globalArgs)
      for (const { key, value } of pairs) values.set(key, value ?? '');
    for (const { image } of instructions('from')) {
      if (image === null || !image.text.includes('$')) continue;
      const { text, unresolved } = expandVariables(image.text, (name) => values.get(name), dockerfile.escape);
      if (unresolved.length === 0 && /^$|^[:@]|[:@/]$|:@|\/\//.test(text)) yield { span: image.span };
    }
  },
});

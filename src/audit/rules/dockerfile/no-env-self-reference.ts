import type { InstructionOf, Pair } from '../../../dockerfile/model.ts';
import { defineDockerfileRule, type Problem } from '../../rule.ts';

export const noEnvSelfReference = defineDockerfileRule({
  id: 'DL3044',
  name: 'no-env-self-reference',
  // An error to hadolint; such a file builds, though, and `error` is for what must not be built.
  severity: 'warning',
  what: 'ENV uses a variable that the same ENV sets.',
  why: 'The whole line is read with the values from before it, so the variable is empty there.',
  fix: 'Set the variable in an ENV of its own, in front.',
  sources: ['hadolint DL3044'],
  bad: ['FROM debian:12\nENV A=1 B=$A/x\n', `FROM debian:12\nENV A=1 \\\n  B="\${A}/x"\n`],
  good: [
    'FROM debian:12\nENV A=1\nENV B=$A/x A=2\n',
    'FROM debian:12\nENV PATH=/x:$PATH Y=1\n',
    'FROM debian:12\nENV A=1 B=$AB C=\\$A\n',
  ],
  *check({ dockerfile }) {
    const known = new Set<string>();
    for (const instruction of dockerfile.instructions) {
      const set = instruction.kind === 'onbuild' ? instruction.inner : instruction;
      if (set?.kind !== 'env' && set?.kind !== 'arg') continue;
      if (set.kind === 'env') yield* findReferences(set, known);
      for (const { key } of set.pairs) known.add(key);
    }
  },
});

function* findReferences({ pairs }: InstructionOf<'env'>, known: ReadonlySet<string>): Generator<Problem> {
  const own = new Set(pairs.map(({ key }) => key).filter((key) => !known.has(key)));
  for (const pair of pairs) if (refersToOther(pair, own)) yield { span: pair.span };
}

function refersToOther({ key, rawValue }: Pair, own: ReadonlySet<string>): boolean {
  for (const match of (rawValue ?? '').matchAll(/(?<!\\)\$\{?(\w+)/g)) {
    const [, name = ''] = match;
    if (name !== key && own.has(name)) return true;
  }
  return false;
}

import type { Comment, InstructionOf } from '../../../dockerfile/model.ts';
import { defineDockerfileRule } from '../../rule.ts';

export const definitionDescription = defineDockerfileRule({
  id: 'DD1610',
  name: 'definition-description',
  severity: 'info',
  what: 'The comment above an ARG or a stage does not begin with its name.',
  why: 'Builders that list arguments and targets show such a comment as the description.',
  fix: 'Begin it with the name and a blank, or put an empty line below it.',
  // An experiment in BuildKit: only a file that asks for it by `# check=experimental=…` is held to it.
  sources: ['BuildKit InvalidDefinitionDescription'],
  bad: [
    '# check=experimental=all\n# the version\nARG V=1\nFROM debian:12\n',
    '# check=experimental=InvalidDefinitionDescription\n# Build makes it\nFROM debian:12 AS build\n',
  ],
  good: [
    '# check=experimental=all\n# V is the version\nARG V=1\n# build makes it\nFROM debian:12 AS build\n',
    '# check=experimental=all\n# the version\n\nARG V=1\nFROM debian:12\n',
    '# the version\nARG V=1\nFROM debian:12\n',
  ],
  *check({ dockerfile, instructions }) {
    const isAsked = dockerfile.directives.some(
      ({ name, value }) =>
        name === 'check' && /experimental=(?:[\w,]*,)?(?:all|InvalidDefinitionDescription)\b/i.test(value),
    );
    if (!isAsked) return;
    const byLine = new Map(dockerfile.comments.map((comment) => [comment.span.start.line, comment]));
    for (const definition of instructions('from', 'arg')) {
      const comment = byLine.get(definition.span.start.line - 1);
      const name = nameOf(definition);
      if (comment !== undefined && name !== undefined && !describes(comment, name))
        yield { span: comment.span };
    }
  },
});

function nameOf(definition: InstructionOf<'from'> | InstructionOf<'arg'>): string | undefined {
  return definition.kind === 'from' ? definition.alias?.value : definition.pairs[0]?.key;
}

function describes({ text, isInside }: Comment, name: string): boolean {
  return isInside || text.startsWith(`${name} `);
}

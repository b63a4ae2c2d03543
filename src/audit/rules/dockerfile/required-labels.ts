import type { InstructionOf, Stage } from '../../../dockerfile/model.ts';
import { defineDockerfileRule } from '../../rule.ts';

const REQUIRED = ['source', 'revision', 'licenses'].map((name) => `org.opencontainers.image.${name}`);

export const requiredLabels = defineDockerfileRule({
  id: 'DL3049',
  name: 'required-labels',
  severity: 'info',
  what: 'The image lacks a label that says where it comes from.',
  why: 'Whoever finds the image in a registry can not find the source that it was built from.',
  fix: 'Add LABEL org.opencontainers.image.source, .revision and .licenses.',
  // Which labels hadolint asks for is up to its configuration; these are the ones that OCI has for provenance.
  sources: ['hadolint DL3049'],
  isEnabledByDefault: false,
  bad: ['FROM debian:12\n', 'FROM debian:12\nLABEL org.opencontainers.image.source=x\n'],
  good: [
    'FROM debian:12\nLABEL org.opencontainers.image.source=x org.opencontainers.image.revision=y org.opencontainers.image.licenses=MIT\n',
  ],
  *check({ dockerfile, scopes }) {
    const last = dockerfile.stages.at(-1);
    if (last === undefined) return;
    const found = new Set<string>();
    for (let stage: Stage | null = last; stage !== null; stage = scopes.parentOf(stage))
      for (const label of stage.instructions.filter(isLabel))
        for (const { key } of label.pairs) found.add(key);
    const missing = REQUIRED.filter((key) => !found.has(key));
    if (missing.length > 0)
      yield { span: last.from?.span ?? last.span, message: `No label ${missing.join(', ')}.` };
  },
});

function isLabel(instruction: { readonly kind: string }): instruction is InstructionOf<'label'> {
  return instruction.kind === 'label';
}

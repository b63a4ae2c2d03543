import type { Dockerfile, InstructionKind } from '../dockerfile/model.ts';
import type { Problem } from './rule.ts';

/** Every instruction of `kind` that has another one in front of it in the same stage. */
export function* findRepeated({ stages }: Dockerfile, kind: InstructionKind): Generator<Problem> {
  for (const { instructions } of stages) {
    const [, ...others] = instructions.filter((instruction) => instruction.kind === kind);
    for (const { span } of others) yield { span };
  }
}

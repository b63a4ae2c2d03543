import type { Dockerfile, Instruction, Stage } from '../dockerfile/model.ts';
import type { Scopes } from '../dockerfile/scopes.ts';

/** One instruction with the names of the variables that its stage has declared in front of it. */
export interface Declared {
  readonly instruction: Instruction;
  /** Grows as the walk goes on: look at it at once, do not keep it. */
  readonly names: ReadonlySet<string>;
  /** The stage stands on scratch, so that there are no variables but these. */
  readonly isComplete: boolean;
}

/** A stage that inherits more variables is left out: copying them would take time that grows with their square. */
const MAX_INHERITED = 1_000;

/** Every instruction of every stage in the order of the file. ARG counts in its own stage, ENV in the stages above too. */
export function* walkDeclared(dockerfile: Dockerfile, scopes: Scopes): Generator<Declared> {
  const envOf = new Map<Stage, ReadonlySet<string>>();
  const complete = new Set<Stage>();
  for (const stage of dockerfile.stages) {
    const parent = scopes.parentOf(stage);
    const isComplete = parent === null ? stage.from?.image?.value === 'scratch' : complete.has(parent);
    if (isComplete) complete.add(stage);
    const inherited: ReadonlySet<string> = (parent === null ? undefined : envOf.get(parent)) ?? new Set();
    const isTooMuch = inherited.size > MAX_INHERITED;
    envOf.set(stage, isTooMuch ? inherited : new Set([...inherited, ...keysOf(stage.instructions, 'env')]));
    if (!isTooMuch) yield* walkStage(stage, new Set(inherited), isComplete);
  }
}

function* walkStage(stage: Stage, names: Set<string>, isComplete: boolean): Generator<Declared> {
  for (const instruction of stage.instructions) {
    yield { instruction, names, isComplete };
    for (const key of keysOf([instruction], 'env', 'arg')) names.add(key);
  }
}

function keysOf(
  instructions: readonly Instruction[],
  ...kinds: readonly ('env' | 'arg')[]
): readonly string[] {
  return instructions.flatMap((instruction) =>
    (instruction.kind === 'env' || instruction.kind === 'arg') && kinds.includes(instruction.kind)
      ? instruction.pairs.map(({ key }) => key)
      : [],
  );
}

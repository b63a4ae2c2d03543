import type { Pair } from '../dockerfile/model.ts';
import type { DockerfileSubject } from './dockerfile-subject.ts';
import type { Problem } from './rule.ts';

/** What the labels of OCI images are called. Source: https://github.com/opencontainers/image-spec/blob/main/annotations.md */
const OCI = 'org.opencontainers.image.';

/**
 * The labels of these OCI names whose value does not hold, e.g. `created`. Empty values and those with a variable are left
 * alone: DL3051 speaks of the first, and nobody knows the second.
 */
export function* findWrongLabels(
  { instructions }: Pick<DockerfileSubject, 'instructions'>,
  names: readonly string[],
  holds: (value: string) => boolean,
): Generator<Problem> {
  const keys = new Set(names.map((name) => OCI + name));
  for (const { pairs } of instructions('label'))
    for (const pair of pairs)
      if (keys.has(pair.key) && isKnown(pair) && !holds(pair.value ?? ''))
        yield {
          span: pair.span,
          message: `${pair.key} is ${JSON.stringify((pair.value ?? '').slice(0, 60))}.`,
        };
}

/** Whether a label is one of those that OCI names. */
export function isOciLabel({ key }: Pair): boolean {
  return key.startsWith(OCI);
}

function isKnown({ value }: Pair): boolean {
  return value !== null && value.trim() !== '' && !value.includes('$');
}

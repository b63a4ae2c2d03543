import type { Stage } from '../dockerfile/model.ts';
import type { DockerfileSubject } from './dockerfile-subject.ts';

/** The last stage and those that it stands on: only their layers are in the image. */
export function keptStages({ dockerfile, scopes }: DockerfileSubject): ReadonlySet<Stage> {
  const kept = new Set<Stage>();
  for (let stage = dockerfile.stages.at(-1) ?? null; stage !== null; stage = scopes.parentOf(stage))
    kept.add(stage);
  return kept;
}

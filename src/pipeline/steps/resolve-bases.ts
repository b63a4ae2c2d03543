import { isDrydockError } from '../../core/errors.ts';
import { canonicalImageName, parseImageReference } from '../../core/image-reference.ts';
import type { Reason } from '../../core/outcome.ts';
import type { BaseUse } from '../../core/report.ts';
import type { Dockerfile, Stage } from '../../dockerfile/model.ts';
import { createScopes, type Scopes } from '../../dockerfile/scopes.ts';
import type { PipelineDeps } from '../deps.ts';

export interface ResolvedBases {
  readonly bases: readonly BaseUse[];
  /** What FROM says instead, by the stage's index; a stage on another stage or on scratch has none. */
  readonly addresses: ReadonlyMap<number, string>;
  readonly reasons: readonly Reason[];
  readonly warnings: readonly string[];
}

/** The base images that a Dockerfile stands on, each asked for once. Throws `base-unavailable`. */
export async function resolveBases(
  dockerfile: Dockerfile,
  resolveBase: PipelineDeps['resolveBase'],
): Promise<ResolvedBases> {
  const scopes = createScopes(dockerfile);
  const bases: BaseUse[] = [];
  const addresses = new Map<number, string>();
  const reasons: Reason[] = [];
  const warnings: string[] = [];
  for (const stage of dockerfile.stages) {
    const resolved = await resolveStage(stage, scopes, resolveBase);
    if (resolved === null) continue;
    if ('code' in resolved) reasons.push(resolved);
    else {
      addresses.set(stage.index, resolved.address);
      bases.push(resolved.use);
      warnings.push(...resolved.warnings);
    }
  }
  return { bases, addresses, reasons, warnings };
}

async function resolveStage(
  stage: Stage,
  scopes: Scopes,
  resolveBase: PipelineDeps['resolveBase'],
): Promise<
  { readonly address: string; readonly use: BaseUse; readonly warnings: readonly string[] } | Reason | null
> {
  const { from } = stage;
  if (from === null || from.image === null || scopes.parentOf(stage) !== null) return null;
  const line = from.span.start.line;
  const refused = (message: string): Reason => ({ code: 'base-refused', stage: 'build', message, line });
  const { text: named, unresolved } = scopes.imageOf(from) ?? { text: '', unresolved: [] };
  if (named === 'scratch') return null;
  if (unresolved.length > 0)
    return refused(
      `FROM ${from.image.text} names an image by ${unresolved.map((name) => `$${name}`).join(', ')}, which has no default value. Give the ARG one.`,
    );
  const problem = referenceProblem(named);
  if (problem !== null) return refused(problem);
  const resolution = await resolveBase(named);
  if (resolution.kind === 'refused') return refused(resolution.message);
  const { image, isSubstituted, warnings } = resolution;
  if (image.onBuild.length > 0)
    return refused(
      `The base image ${image.name} holds ${image.onBuild.length} ONBUILD instructions, which would run unseen. Use one without.`,
    );
  return {
    address: image.address,
    warnings,
    use: { named, used: image.name, digest: image.digest, origin: image.origin, isSubstituted, line },
  };
}

function referenceProblem(text: string): string | null {
  try {
    canonicalImageName(parseImageReference(text));
    return null;
  } catch (error) {
    if (isDrydockError(error)) return error.message;
    throw error;
  }
}

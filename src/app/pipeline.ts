import { findSecrets } from '../advisories/secrets/find-secrets.ts';
import { createAuditor } from '../audit/auditor.ts';
import { limitSuppressions } from '../audit/limit-suppressions.ts';
import { systemClock } from '../core/clock.ts';
import { DEFAULT_INTAKE_LIMITS } from '../core/limits.ts';
import type { Engine } from '../core/ports.ts';
import type { BaseCatalogue } from '../engines/bases/catalogue.ts';
import { takeInventory } from '../inventory/take-inventory.ts';
import type { PipelineDeps } from '../pipeline/deps.ts';
import type { Policy } from '../policy/policy.ts';
import { createAdvisories } from './advisories.ts';
import type { ResolvedConfig } from './config.ts';
import { VERSION } from './version.ts';

/** All that the way of one job needs, put together from the real parts. */
export async function createPipelineDeps(
  config: ResolvedConfig,
  policy: Policy,
  { engine, catalogue }: { readonly engine: Engine; readonly catalogue: BaseCatalogue },
): Promise<PipelineDeps> {
  const auditor = await createAuditor();
  return {
    engine,
    resolveBase: (reference) => catalogue.resolve(reference, policy.bases),
    audit: async (text) => limitSuppressions(auditor.auditDockerfile(text), policy.audit.allowSuppressions),
    takeInventory,
    findSecrets,
    advisories: await createAdvisories(config),
    policy,
    intakeLimits: DEFAULT_INTAKE_LIMITS,
    clock: systemClock,
    version: VERSION,
  };
}

import type { ResolvedConfig } from './config.ts';
import { type Diagnosis, runCheck } from './doctor/diagnosis.ts';
import { ENGINE_CHECKS } from './doctor/engine-checks.ts';
import { STATE_CHECKS } from './doctor/state-checks.ts';
import { TOOL_CHECKS } from './doctor/tool-checks.ts';

export type { Diagnosis } from './doctor/diagnosis.ts';

/** What this machine has and lacks, each found by trying it. Never rejects; all that may stay is the engine's own empty folder. */
export async function diagnose(config: ResolvedConfig): Promise<readonly Diagnosis[]> {
  const checks = [...TOOL_CHECKS, ...ENGINE_CHECKS, ...STATE_CHECKS];
  return await Promise.all(checks.map((check) => runCheck(check, config)));
}

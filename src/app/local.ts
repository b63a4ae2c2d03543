import { randomUUID } from 'node:crypto';
import { systemClock } from '../core/clock.ts';
import type { JobEventData } from '../core/ports.ts';
import type { JobReport } from '../core/report.ts';
import { runJob } from '../pipeline/run-job.ts';
import type { Policy } from '../policy/policy.ts';
import type { RuleInfo } from '../report/document.ts';
import { openBaseCatalogue } from './base-catalogue.ts';
import type { ResolvedConfig } from './config.ts';
import { createEngine } from './engine.ts';
import { ruleInfos } from './file-auditor.ts';
import { createPipelineDeps } from './pipeline.ts';

/** The whole way of one job in this process, without a server or a database. */
export interface Local extends AsyncDisposable {
  readonly runJob: (
    submission: { readonly name: string; readonly dockerfile: string; readonly context?: string },
    onEvent: (event: JobEventData) => void,
    signal: AbortSignal,
  ) => Promise<JobReport>;
  readonly rules: ReadonlyMap<string, RuleInfo>;
}

/** Throws `engine-unavailable` at the first job, when the machine lacks what the engine needs. */
export async function openLocal(config: ResolvedConfig, policy: Policy): Promise<Local> {
  const engine = await createEngine(config);
  const catalogue = await openBaseCatalogue({ config, store: engine.bases, clock: systemClock });
  const deps = await createPipelineDeps(config, policy, { engine, catalogue });
  return {
    rules: ruleInfos(),
    runJob: ({ name, dockerfile, context }, onEvent, signal) =>
      runJob(
        { id: randomUUID(), name, attempt: 1, dockerfile, context: context ?? null },
        deps,
        { emit: onEvent },
        signal,
      ),
    [Symbol.asyncDispose]: async () => undefined,
  };
}
